package org.quorate.http;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Chooses among the forms of siblings by the Accept header (RFC 9110, section 12.5.1). */
final class Accept {
  /** The forms that siblings can take, best first where a client does not care. */
  enum Form {
    JSON("application/json"),
    SIBLINGS("application/vnd.quorate.siblings+json"),
    MULTIPART("multipart/mixed");

    final String mediaType;

    Form(String mediaType) {
      this.mediaType = mediaType;
    }
  }

  private Accept() {}

  /** The form that the client prefers, or null if it allows none. */
  static @Nullable Form preferred(List<String> headers) {
    if (headers.isEmpty()) {
      return Form.JSON;
    }
    String all = String.join(",", headers).toLowerCase(Locale.ROOT);
    Form best = null;
    double most = 0;
    for (Form form : Form.values()) {
      double quality = quality(all, form.mediaType);
      if (quality > most) {
        best = form;
        most = quality;
      }
    }
    return best;
  }

  /** Whether the client names the siblings form, and so wants it for a single version too. */
  static boolean namesSiblings(List<String> headers) {
    return preferred(headers) == Form.SIBLINGS;
  }

  private static double quality(String header, String mediaType) {
    String range = mediaType.substring(0, mediaType.indexOf('/')) + "/*";
    double quality = 0;
    int specificity = -1;
    for (String item : header.split(",", -1)) {
      String[] parts = item.split(";", -1);
      String name = parts[0].strip();
      int s = name.equals(mediaType) ? 2 : name.equals(range) ? 1 : name.equals("*/*") ? 0 : -1;
      if (s > specificity) {
        specificity = s;
        quality = weight(parts);
      }
    }
    return quality;
  }

  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.substring(2));
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }
}
