package org.quorate.bench;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.quorate.bench.drive.Target;
import org.quorate.bench.work.Keys;
import org.quorate.bench.work.Numbers;
import org.quorate.bench.work.Sizes;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Options from text; errors say what is allowed. */
class Convert<T> implements ITypeConverter<T> {
  private final Function<String, T> parse;

  private Convert(Function<String, T> parse) {
    this.parse = parse;
  }

  @Override
  public T convert(String text) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  static final class ToDuration extends Convert<Duration> {
    ToDuration() {
      super(Numbers::duration);
    }
  }

  static final class ToKeys extends Convert<Keys> {
    ToKeys() {
      super(Keys::parse);
    }
  }

  static final class ToSizes extends Convert<Sizes> {
    ToSizes() {
      super(Sizes::parse);
    }
  }

  static final class ToTargets extends Convert<List<Target>> {
    ToTargets() {
      super(Target::parseList);
    }
  }

  static final class ToRate extends Convert<Double> {
    ToRate() {
      super(
          text -> {
            double rate = Numbers.decimal(text);
            if (rate < 0.001 || rate > 10_000_000) {
              throw new IllegalArgumentException("'" + text + "' is not 0.001 to 10000000");
            }
            return rate;
          });
    }
  }

  static final class ToReplicas extends Convert<String> {
    ToReplicas() {
      super(
          text -> {
            if (!text.matches("[1-9][0-9]?|one|quorum|all")) {
              throw new IllegalArgumentException(
                  "'" + text + "' is not a number from 1, nor one, quorum or all");
            }
            return text;
          });
    }
  }
}
