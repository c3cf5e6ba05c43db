package org.quorate;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.quorate.repair.HintOptions;
import org.quorate.ring.Member;
import org.quorate.storage.LogOptions;

/**
 * How one node is to be run. All values are checked.
 *
 * @param advertise where other nodes reach this one, {@code host:port}
 * @param members the first ring, this node among them
 * @param n owners of each key; at most the number of members
 * @param antiEntropyInterval pause between comparisons of what co-owners hold
 * @param cacheBytes bound of the value cache
 * @param maxValueBytes a longer value is refused
 * @param loops event loops
 */
public record NodeConfig(
    String cluster,
    String name,
    String zone,
    Path data,
    String http,
    String peer,
    String advertise,
    List<Member> members,
    int partitions,
    int n,
    int r,
    int w,
    LogOptions log,
    HintOptions hints,
    Duration fsyncInterval,
    Duration antiEntropyInterval,
    long cacheBytes,
    int maxValueBytes,
    int loops) {}
