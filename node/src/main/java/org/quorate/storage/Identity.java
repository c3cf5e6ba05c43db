package org.quorate.storage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.quorate.runtime.Randomness;
import org.quorate.version.ActorLeases;
import org.quorate.version.Dot;
import org.quorate.version.Life;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's actor and its counter: where dots come from, so that none ever names two writes.
 *
 * <p>A version vector's entry (actor, n) claims all of the actor's writes of a key up to n. So an
 * actor may only go on where its node holds every write it ever minted. After a stop in good order
 * it does, and the file says so. After anything else (a crash, a failed write, a damaged record, an
 * old copy of the disk) some write may be held by other owners only; then the node takes a new
 * random actor, and the old one's writes stay apart from it for ever (the actor epochs of Riak, see
 * riak_kv 679 and Gonçalves et al., "Concise server-wide causality management", 2015).
 *
 * <p>An old copy of the disk looks like a stop in good order. Therefore an actor goes on only if
 * all other members know just the lease that the disk tells, and have noted a later one, durably,
 * before the first dot is minted under it. So an old copy is found out by any member that has not
 * lost its own disk; one that has knows nothing, and confirms nothing.
 */
public final class Identity implements ActorLeases {
  private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

  /** Is there from the first start on. */
  public static final String FILE = "identity";

  private static final long LEASE = 1L << 20;
  private static final int MOST_LIVES = 64;

  /** The actor of a node that never had one. */
  private static final long NOBODY = 0;

  private final Disk disk;
  private final Randomness random;
  private final Executor io;
  private final Consumer<Throwable> fatal;
  private final Map<Long, Long> leasesOfOthers = new TreeMap<>();
  private final Map<String, Life> lastOfOthers = new TreeMap<>();

  /** The lives of this disk, oldest first, as far as they are remembered. */
  private final Map<Long, Long> own = new LinkedHashMap<>();

  private Life durable = Life.NONE;
  private List<Runnable> noted = new ArrayList<>();
  private Runnable onLease = () -> {};
  private long actor;
  private long next = 1;
  private long lease;
  private boolean mayContinue;
  private boolean leased;
  private boolean begun;
  private boolean saving;
  private boolean untold;
  private boolean isSuccessor;

  private Identity(Disk disk, Randomness random, Executor io, Consumer<Throwable> fatal) {
    this.disk = disk;
    this.random = random;
    this.io = io;
    this.fatal = fatal;
  }

  /** Reads the file; a damaged one is as good as none. Blocks. */
  public static Identity open(Disk disk, Randomness random, Executor io, Consumer<Throwable> fatal)
      throws IOException {
    Identity identity = new Identity(disk, random, io, fatal);
    try {
      identity.parse(CheckedFile.read(disk, FILE).orElse(""));
    } catch (CheckedFile.Damaged e) {
      LOG.error("{}; a new actor is taken", e.getMessage());
    }
    return identity;
  }

  private void parse(String content) {
    for (String line : content.split("\n", -1)) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "stopped" -> {
          actor = Long.parseUnsignedLong(words[1], 16);
          next = Long.parseLong(words[2]);
          lease = Long.parseLong(words[3]);
          mayContinue = true;
        }
        case "running" -> mayContinue = false;
        case "own" -> own.put(Long.parseUnsignedLong(words[1], 16), Long.parseLong(words[2]));
        case "last" -> {
          String[] parts = line.split(" ", 4);
          lastOfOthers.put(
              parts[3], new Life(Long.parseUnsignedLong(parts[1], 16), Long.parseLong(parts[2])));
        }
        case "seen" ->
            leasesOfOthers.put(Long.parseUnsignedLong(words[1], 16), Long.parseLong(words[2]));
        default -> {}
      }
    }
  }

  /** Whether the last stop was in good order, so that the actor may go on if the members agree. */
  public synchronized boolean mayContinue() {
    return mayContinue;
  }

  /** The actor of the stop in good order, to ask others about. */
  @Override
  public synchronized long actor() {
    return actor;
  }

  /** The highest counter that the actor may have used, plus one. */
  @Override
  public synchronized long lease() {
    return Math.max(lease, next);
  }

  /**
   * Leases counters durably, for the old actor or for a new one. Blocks.
   *
   * @param confirmed whether all other members know just this lease of the old actor
   */
  public synchronized void lease(boolean confirmed) throws IOException {
    if (!mayContinue || !confirmed) {
      draw();
    }
    lease = Math.max(lease, next) + LEASE;
    leased = true;
    CheckedFile.write(disk, FILE, content("running", lease));
    durable = new Life(actor, lease);
  }

  /** Whether no process ever leased counters on this disk. */
  public synchronized boolean isFirst() {
    return own.isEmpty();
  }

  /** Whether this disk is the first that anybody remembers of this node's name. */
  public synchronized boolean isFirstOfName() {
    return !isSuccessor;
  }

  /** Others remember a disk of this node's name before this one. */
  public synchronized void succeed() {
    isSuccessor = true;
  }

  /** Takes a life that others remember for one of this disk's, once it cannot mislead. */
  public synchronized void own(Life told) {
    own.merge(told.actor(), told.lease(), Math::max);
    saveSoon();
  }

  @Override
  public synchronized Life durable() {
    return durable;
  }

  @Override
  public synchronized Life lastOf(String node) {
    return lastOfOthers.getOrDefault(node, Life.NONE);
  }

  @Override
  public synchronized boolean recalls(Life told) {
    return told.equals(Life.NONE) || own.getOrDefault(told.actor(), 0L) >= told.lease();
  }

  /**
   * Begins to mint.
   *
   * @param noted whether all other members have noted the lease; else the old actor ends
   */
  public synchronized void begin(boolean noted) {
    if (!noted && next > 1) {
      draw();
      saveSoon();
    }
    begun = true;
    LOG.info("actor {} from counter {}", Long.toHexString(actor), next);
  }

  private void draw() {
    actor = random.nextLong();
    next = 1;
    lease = LEASE;
    untold = true;
  }

  /** Told, on any thread, when there is a lease to tell the members of. */
  public synchronized void onLease(Runnable listener) {
    onLease = listener;
  }

  /** Whether dots can be minted yet. */
  public synchronized boolean hasBegun() {
    return begun;
  }

  /** A dot that was never used. */
  public synchronized Dot mint() {
    if (isLow()) {
      saveSoon();
    }
    if (next >= lease) {
      draw();
    }
    return new Dot(actor, next++);
  }

  /** The last dot that the actor minted, empty if it minted none yet. */
  public synchronized Optional<Dot> minted() {
    return begun && next > 1 ? Optional.of(new Dot(actor, next - 1)) : Optional.empty();
  }

  /** Gives up the actor, because this node may lack one of its writes. */
  public synchronized void renew(String why) {
    draw();
    LOG.warn("new actor {}: {}", Long.toHexString(actor), why);
    saveSoon();
  }

  private boolean isLow() {
    return lease - next < LEASE / 2;
  }

  private void saveSoon() {
    if (!saving) {
      saving = true;
      io.execute(this::extend);
    }
  }

  /**
   * Writes the file, with more counters leased if few are left. Members are told only what is new
   * to them: what they note makes them write their files, and must not come back.
   */
  private void extend() {
    try {
      long extended;
      long of;
      String content;
      List<Runnable> notedNow;
      boolean isNews;
      synchronized (this) {
        of = actor;
        extended = leased && isLow() ? next + LEASE : lease;
        isNews = extended > lease || untold;
        untold = false;
        content = leased ? content("running", extended) : contentAsFound();
        notedNow = noted;
        noted = new ArrayList<>();
        saving = false;
      }
      CheckedFile.write(disk, FILE, content);
      synchronized (this) {
        lease = of == actor ? extended : lease;
        durable = leased ? new Life(of, extended) : durable;
      }
      notedNow.forEach(Runnable::run);
      if (isNews) {
        onLease.run();
      }
    } catch (IOException e) {
      LOG.warn("the counter lease could not be written: {}", e.toString());
    } catch (RuntimeException | Error e) {
      fatal.accept(e);
    }
  }

  private String contentAsFound() {
    return content(mayContinue ? "stopped" : "running", next);
  }

  @Override
  public synchronized void noteLease(long otherActor, long otherLease) {
    if (otherActor != NOBODY && leaseOf(otherActor) < otherLease) {
      leasesOfOthers.put(otherActor, otherLease);
      saveSoon();
    }
  }

  @Override
  public synchronized void noteLease(String node, Life life, Runnable whenDurable) {
    leasesOfOthers.merge(life.actor(), life.lease(), Math::max);
    lastOfOthers.put(node, new Life(life.actor(), leaseOf(life.actor())));
    noted.add(whenDurable);
    saveSoon();
  }

  /** The highest lease known of an actor, 0 if none is. */
  @Override
  public synchronized long leaseOf(long otherActor) {
    return leasesOfOthers.getOrDefault(otherActor, 0L);
  }

  /** Notes a stop in good order: everything minted is in the log. Blocks. */
  public synchronized void close() throws IOException {
    CheckedFile.write(disk, FILE, content("stopped", next));
  }

  private String content(String state, long counter) {
    StringBuilder text = new StringBuilder(line(state, actor, counter + " " + lease));
    if (leased) {
      own.remove(actor);
      own.put(actor, Math.max(counter, lease));
      own.keySet()
          .removeAll(own.keySet().stream().limit(Math.max(0, own.size() - MOST_LIVES)).toList());
    }
    own.forEach((ofOwn, last) -> text.append(line("own", ofOwn, String.valueOf(last))));
    lastOfOthers.forEach(
        (node, life) -> text.append(line("last", life.actor(), life.lease() + " " + node)));
    leasesOfOthers.forEach(
        (other, known) -> text.append(line("seen", other, String.valueOf(known))));
    return text.toString();
  }

  private static String line(String word, long ofActor, String counters) {
    return word + " " + Long.toHexString(ofActor) + " " + counters + "\n";
  }
}
