package org.quorate;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.quorate.repair.HintOptions;
import org.quorate.ring.Member;
import org.quorate.storage.LogOptions;

/**
 * How one node is to be run. All values are checked.
 *
 * @param http where it listens for clients, {@code host:port}
 * @param advertise where other nodes reach this one, {@code host:port}
 * @param advertiseHttp where clients reach it, {@code host:port}
 * @param members the first ring, this node among them; empty for a node that joins
 * @param join where to ask to be let in
 * @param n owners of each key in the first ring; at most the number of members
 * @param r owners that answer a read by default, given how many owners a key has
 * @param w the same for a write
 * @param antiEntropyInterval pause between comparisons of what co-owners hold
 * @param copyShare how much of a loop's time new owners take to copy, and former ones to forget, 1
 *     to 50 percent
 * @param cacheBytes bound of the value cache
 * @param maxValueBytes a longer value is refused
 * @param drainDelay how long a node that is to stop goes on taking requests, so that those who send
 *     them can notice
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
    String advertiseHttp,
    List<Member> members,
    List<String> join,
    int partitions,
    int n,
    IntUnaryOperator r,
    IntUnaryOperator w,
    LogOptions log,
    HintOptions hints,
    Duration fsyncInterval,
    Duration antiEntropyInterval,
    int copyShare,
    long cacheBytes,
    int maxValueBytes,
    Duration drainDelay,
    int loops) {}
