package org.quorate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.quorate.ring.Member;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How option values are read; each says what is allowed. */
final class Options {
  private Options() {}

  private static TypeConversionException bad(String value, String allowed) {
    return new TypeConversionException("'" + value + "' is not allowed; allowed is " + allowed);
  }

  /** {@code 64MiB}: a whole number with B, KiB, MiB or GiB. */
  static final class Size implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      if (value.matches("[0-9]{1,9}(B|KiB|MiB|GiB)")) {
        int digits = value.replaceAll("[^0-9]", "").length();
        long number = Long.parseLong(value.substring(0, digits));
        return switch (value.substring(digits)) {
          case "KiB" -> number << 10;
          case "MiB" -> number << 20;
          case "GiB" -> number << 30;
          default -> number;
        };
      }
      throw bad(value, "a whole number followed by B, KiB, MiB or GiB");
    }
  }

  /** {@code 100ms}: a whole number with ms or s, 1ms to 1h. */
  static final class Span implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      if (value.matches("[0-9]{1,7}(ms|s)")) {
        boolean inMillis = value.endsWith("ms");
        long number = Long.parseLong(value.substring(0, value.length() - (inMillis ? 2 : 1)));
        Duration span = inMillis ? Duration.ofMillis(number) : Duration.ofSeconds(number);
        if (!span.isZero() && span.compareTo(Duration.ofHours(1)) <= 0) {
          return span;
        }
      }
      throw bad(value, "a whole number followed by ms or s, 1ms to 3600s");
    }
  }

  /** {@code host:port}. */
  static final class Address implements ITypeConverter<HostPort> {
    @Override
    public HostPort convert(String value) {
      try {
        return HostPort.parse(value);
      } catch (IllegalArgumentException e) {
        throw bad(value, String.valueOf(e.getMessage()));
      }
    }
  }

  /** A node's, zone's or cluster's name. */
  static final class Name implements ITypeConverter<String> {
    static final String ALLOWED = "1 to 64 of the characters A-Z a-z 0-9 . _ -";

    @Override
    public String convert(String value) {
      if (isName(value)) {
        return value;
      }
      throw bad(value, ALLOWED);
    }

    static boolean isName(String value) {
      return value.matches("[A-Za-z0-9._-]{1,64}");
    }
  }

  /** {@code n1=host:port,n2=host:port@zone}. */
  static final class Members implements ITypeConverter<Members.Value> {
    /** The members of the first ring. */
    record Value(List<Member> list) {}

    private static final String ALLOWED =
        "NAME=HOST:PORT[@ZONE],… with each name and each address once";

    @Override
    public Value convert(String value) {
      List<Member> members = new ArrayList<>();
      Set<String> seen = new HashSet<>();
      for (String item : value.split(",", -1)) {
        Member member = listed(value, item);
        if (!seen.add(member.name()) || !seen.add(member.peer())) {
          throw bad(value, ALLOWED);
        }
        members.add(member);
      }
      return new Value(List.copyOf(members));
    }

    private static Member listed(String value, String item) {
      try {
        return member(item);
      } catch (IllegalArgumentException e) {
        throw bad(value, ALLOWED);
      }
    }

    /**
     * One item of the list.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Member member(String item) {
      int equals = item.indexOf('=');
      int at = item.indexOf('@');
      String name = equals < 0 ? "" : item.substring(0, equals);
      String zone = at < 0 ? "" : item.substring(at + 1);
      if (!Name.isName(name) || (at >= 0 && !Name.isName(zone)) || (at >= 0 && at < equals)) {
        throw new IllegalArgumentException(item);
      }
      HostPort parsed = HostPort.parse(item.substring(equals + 1, at < 0 ? item.length() : at));
      if (parsed.port() == 0) {
        throw new IllegalArgumentException(item);
      }
      return new Member(name, parsed.toString(), zone);
    }
  }
}
