package org.quorate.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.quorate.version.Dot;
import org.quorate.version.Header;
import org.quorate.version.Version;

/** All versions of a key in one body. */
final class SiblingsBody {
  private SiblingsBody() {}

  /** How clients name one version of a key. */
  static String id(Dot dot) {
    return String.format("%016x-%x", dot.actor(), dot.counter());
  }

  static @Nullable String contentType(Version version) {
    for (Header header : version.headers()) {
      if (header.name().equals("content-type")) {
        return header.value();
      }
    }
    return null;
  }

  static Buffer json(String context, Iterable<Version> versions) {
    JsonArray list = new JsonArray();
    for (Version version : versions) {
      JsonObject meta = new JsonObject();
      JsonObject one =
          new JsonObject()
              .put("id", id(version.dot()))
              .put("value", Base64.getEncoder().encodeToString(version.value()))
              .put("contentType", contentType(version))
              .put("lastModified", Instant.ofEpochMilli(version.writtenMillis()).toString())
              .put("meta", meta)
              .put("deleted", version.deleted());
      for (Header header : version.headers()) {
        if (KvRequest.isMeta(header)) {
          meta.put(KvRequest.metaName(header), header.value());
        } else if (header.name().equals("content-encoding")) {
          one.put("contentEncoding", header.value());
        }
      }
      list.add(one);
    }
    return new JsonObject().put("context", context).put("siblings", list).toBuffer();
  }

  /** RFC 2046: one part a version, with its headers and raw bytes. */
  static Buffer multipart(String boundary, Iterable<Version> versions) {
    Buffer body = Buffer.buffer();
    for (Version version : versions) {
      body.appendString("--" + boundary + "\r\n");
      body.appendString("Quorate-Sibling: " + id(version.dot()) + "\r\n");
      body.appendString("Last-Modified: " + HttpDate.of(version.writtenMillis()) + "\r\n");
      if (version.deleted()) {
        body.appendString("Quorate-Deleted: true\r\n");
      }
      for (Header header : version.headers()) {
        body.appendString(header.name() + ": " + header.value() + "\r\n");
      }
      body.appendString("\r\n").appendBytes(version.value()).appendString("\r\n");
    }
    return body.appendString("--" + boundary + "--\r\n");
  }
}
