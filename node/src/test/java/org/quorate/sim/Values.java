package org.quorate.sim;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.quorate.version.Version;

/** A value tells which operation wrote it, and which elements are in the set that it holds. */
final class Values {
  private Values() {}

  static byte[] of(int operation, BitSet elements, int padding) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * elements.cardinality() + padding);
    bytes.putInt(operation).putInt(elements.cardinality());
    elements.stream().forEach(bytes::putInt);
    return bytes.array();
  }

  static int operation(Version version) {
    return ByteBuffer.wrap(version.value()).getInt();
  }

  static BitSet elements(Version version) {
    BitSet elements = new BitSet();
    if (!version.deleted()) {
      ByteBuffer bytes = ByteBuffer.wrap(version.value());
      bytes.getInt();
      for (int left = bytes.getInt(); left > 0; left--) {
        elements.set(bytes.getInt());
      }
    }
    return elements;
  }
}
