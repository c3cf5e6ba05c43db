package org.quorate.console;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How much nodes have of partitions.
 *
 * @param bytes by node, by partition; without nodes that could not be asked
 */
public record Sizes(Map<String, Map<Integer, Long>> bytes) {

  /** What the fullest of these nodes has; empty if none could be asked. */
  Optional<Long> most(List<String> nodes, int partition) {
    return nodes.stream()
        .filter(bytes::containsKey)
        .map(node -> of(node, partition))
        .max(Long::compare);
  }

  /** 0 also if the node could not be asked. */
  long of(String node, int partition) {
    return bytes.getOrDefault(node, Map.of()).getOrDefault(partition, 0L);
  }
}
