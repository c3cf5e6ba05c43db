package org.quorate.gossip;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.quorate.gossip.Packet.Kind;
import org.quorate.gossip.Stats.Event;

/**
 * One member: SWIM with Lifeguard as a state machine. The caller gives it the time and what came;
 * what is to be done is in {@link #effects()}. Not for use by several threads.
 *
 * <p>Times are monotonic nanoseconds. See DESIGN.md for the protocol and its sources.
 */
public final class Gossip {
  private static final int TOLD_OF_LEAVING = 16;

  private final long cluster;
  private final Timing timing;
  private final Table table;
  private final Rumours rumours = new Rumours();
  private final Stats stats = new Stats();
  private final LocalHealth health = new LocalHealth();
  private final RandomGenerator random;
  private final Beliefs beliefs;
  private final Voice voice;
  private final Prober prober;
  private final Comparison comparison;
  private long calledAt;
  private long spreadAt;
  private long compareAt;
  private long comparedAt;
  private int rivalSequence = -1;
  private long rivalAt = Long.MIN_VALUE;

  /**
   * @param cluster a number for the cluster's name: members of others are strangers
   * @param incarnation to begin with; best above that of an earlier process of this name
   * @param known what is believed of others at the start: usually seeds, dead in incarnation 0
   */
  public Gossip(
      long cluster,
      Member self,
      long incarnation,
      Collection<View> known,
      Timing timing,
      RandomGenerator random,
      long now) {
    this.cluster = cluster;
    this.timing = timing;
    this.random = random;
    this.table = new Table(random);
    Entry own = table.add(self, State.ALIVE, Math.max(1, incarnation), "", now);
    for (View view : known) {
      if (!view.member().name().equals(self.name())) {
        table.add(view.member(), view.state(), view.incarnation(), view.accuser(), now);
      }
    }
    this.beliefs = new Beliefs(table, rumours, timing, stats, health, new Listening(), own);
    this.voice = new Voice(cluster, beliefs, rumours, random.nextInt());
    this.prober = new Prober(table, beliefs, voice, timing, health, stats, random, now);
    this.comparison = new Comparison(table, beliefs, rival -> meetRival(rival, calledAt));
    this.calledAt = now;
    this.spreadAt = now + random.nextLong(timing.spread());
    this.compareAt = now + random.nextLong(timing.compare());
    this.comparedAt = now - timing.period();
  }

  private final class Listening implements Beliefs.Listener {
    @Override
    public void changed(View view) {
      voice.emit(new Effect.Changed(view));
      if (view.state() != State.SUSPECT) {
        compareAt =
            Math.min(compareAt, calledAt + timing.settle() + random.nextLong(timing.settle()));
      }
    }

    @Override
    public void arrived(Entry entry) {
      prober.admit(entry);
    }

    @Override
    public void suspected(Entry entry) {
      if (random.nextInt(beliefs.members()) < Timing.CHECKERS) {
        prober.check(entry);
      }
    }
  }

  /**
   * Does what is due; to be called at {@link #dueNanos()}, or earlier. A call that is later than a
   * period counts as a sleep.
   */
  public void tick(long now) {
    if (beliefs.hasLeft()) {
      return;
    }
    noticeSleep(now);
    prober.tick(now);
    beliefs.bury(now);
    if (spreadAt <= now) {
      spreadAt = now + timing.spread();
      spread();
    }
    if (compareAt <= now) {
      compareAt = now + timing.compare();
      forget(now);
      table.anyLiving(1, Set.of(beliefs.self().name())).forEach(e -> compareWith(e, now));
    }
  }

  /** When to call again, if nothing comes before: at most a period after the last call. */
  public long dueNanos() {
    long due = Math.min(prober.dueNanos(), Math.min(beliefs.dueNanos(), compareAt));
    due = Math.min(due, calledAt + timing.period());
    return rumours.isEmpty() ? due : Math.min(due, spreadAt);
  }

  private void noticeSleep(long now) {
    long late = now - calledAt - timing.period();
    calledAt = now;
    if (late > timing.period()) {
      stats.count(Event.SLEEP);
      prober.slept(now);
      beliefs.putOff(late);
    }
  }

  private void spread() {
    if (!rumours.isEmpty()) {
      for (Entry to : table.anyLiving(Timing.HELPERS, Set.of(beliefs.self().name()))) {
        voice.news(to.member().address(), beliefs.doubtsAbout(to.name()));
      }
    }
  }

  private void compareWith(Entry entry, long now) {
    comparedAt = now;
    voice.emit(new Effect.Compare(entry.name(), entry.member().address()));
  }

  private void forget(long now) {
    for (Entry entry : List.copyOf(table.gone())) {
      boolean wasSeen = entry.incarnation() > 0;
      if (wasSeen && now - entry.sinceNanos() > timing.remember()) {
        table.forget(entry);
        voice.emit(new Effect.Forgotten(entry.name()));
      }
    }
  }

  /**
   * Takes a datagram; what is none of this cluster's is counted and dropped.
   *
   * @param from where it came from, and answers go to
   */
  public void receive(long now, String from, byte[] datagram) {
    if (beliefs.hasLeft()) {
      return;
    }
    try {
      Packet packet = Packet.decode(datagram, cluster);
      noticeSleep(now);
      take(packet, from, now);
    } catch (Packet.StrangerException e) {
      stats.count(
          switch (e.kind()) {
            case GARBAGE -> Event.DROPPED_GARBAGE;
            case VERSION -> Event.DROPPED_VERSION;
            case CLUSTER -> Event.DROPPED_CLUSTER;
          });
    }
  }

  private void take(Packet packet, String from, long now) {
    Optional<Entry> sender = table.find(packet.sender());
    boolean wasGone = sender.filter(e -> !e.state().isLiving()).isPresent();
    boolean correct = false;
    for (Rumour rumour : packet.rumours()) {
      Beliefs.Echo echo = beliefs.hear(rumour, now);
      correct |= echo == Beliefs.Echo.CORRECT;
      if (echo == Beliefs.Echo.RIVAL && rumour instanceof Rumour.Alive rival) {
        meetRival(rival, now);
      }
    }
    switch (packet.kind()) {
      case PING -> voice.answer(Kind.ACK, packet, from);
      case PING_FOR -> prober.pingFor(packet, from, now);
      case ACK -> acked(packet, from);
      case NACK -> prober.nacked(packet.sequence(), packet.sender());
      case NEWS -> {}
    }
    if (correct) {
      voice.news(from, Optional.of(new Rumour.Alive(beliefs.self(), beliefs.incarnation())));
    }
    if (wasGone && now - comparedAt > timing.period()) {
      sender.filter(e -> e.state().isLiving()).ifPresent(e -> compareWith(e, now));
    }
  }

  private void acked(Packet packet, String from) {
    if (packet.sequence() == rivalSequence && packet.sender().equals(beliefs.self().name())) {
      voice.emit(new Effect.NameTaken(from));
    } else {
      prober.acked(packet.sequence(), packet.sender());
    }
  }

  /** At most once a period, or two that both run would keep each other busy without end. */
  private void meetRival(Rumour.Alive rival, long now) {
    if (rivalAt == Long.MIN_VALUE || now - rivalAt > timing.period()) {
      rivalAt = now;
      beliefs.outdo(rival.incarnation(), now);
      rivalSequence = voice.nextSequence();
      voice.ping(rivalSequence, rival.member());
    }
  }

  /** Whether another process seems to have this one's name. */
  public boolean hasRival() {
    return rivalAt != Long.MIN_VALUE;
  }

  /** A sign that the member may have died, such as a broken connection: it is probed next. */
  public void check(String name) {
    table.find(name).filter(entry -> entry.state().isLiving()).ifPresent(prober::check);
  }

  /** Looks for a member that is not known yet, as if it had been a seed. */
  public void meet(View seed, long now) {
    if (table.find(seed.member().name()).isEmpty()) {
      table.add(seed.member(), seed.state(), seed.incarnation(), seed.accuser(), now);
    }
  }

  /** This member describes itself anew, under the same name and id. */
  public void describe(Member self, long now) {
    beliefs.describe(self, now);
  }

  /** Says good-bye; nothing is done after that. */
  public void leave(long now) {
    beliefs.leave(now);
    for (Entry to : table.anyLiving(TOLD_OF_LEAVING, Set.of(beliefs.self().name()))) {
      voice.news(to.member().address(), Optional.empty());
    }
  }

  /** What to ask another member over a connection, to compare tables. */
  public byte[] question() {
    return comparison.question();
  }

  /**
   * Answers what another member asked over a connection.
   *
   * @throws IllegalArgumentException if it is not such a question
   */
  public byte[] answer(String from, byte[] question, long now) {
    noticeSleep(now);
    return comparison.answer(from, question, now);
  }

  /**
   * Takes an answer; returns what to ask next, if anything.
   *
   * @throws IllegalArgumentException if it is not such an answer
   */
  public Optional<byte[]> answered(String from, byte[] answer, long now) {
    noticeSleep(now);
    return comparison.answered(from, answer, now);
  }

  /** What is to be done since the last call, in order. */
  public List<Effect> effects() {
    return voice.drain();
  }

  public Member self() {
    return beliefs.self();
  }

  /** All members known, this one among them. */
  public List<View> views() {
    List<View> views = new ArrayList<>();
    table.all().forEach(entry -> views.add(entry.view()));
    return views;
  }

  Optional<View> view(String name) {
    return table.find(name).map(Entry::view);
  }

  public Stats stats() {
    return stats;
  }

  /** How far this member doubts itself: 0 for not at all, up to 7. */
  public int doubts() {
    return health.doubts();
  }

  /** Fresh rumours that are still being told. */
  public int rumours() {
    return rumours.size();
  }
}
