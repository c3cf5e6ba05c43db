package org.quorate.gossip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quorate.gossip.Rumour.Alive;
import org.quorate.gossip.Rumour.Fallen;
import org.quorate.gossip.Stats.Event;

/**
 * What this member believes, and how rumours change it.
 *
 * <p>About one member the higher incarnation wins, and within one the later {@link State}: a join,
 * so rumours may come in any order. Claims against this member itself are refuted by an incarnation
 * above them.
 */
final class Beliefs {
  /** What a rumour about this member itself calls for. */
  enum Echo {
    NOTHING,
    /** Whoever told it should hear what this member is. */
    CORRECT,
    /** Another process seems to have its name. */
    RIVAL
  }

  private final Table table;
  private final Rumours rumours;
  private final Timing timing;
  private final Stats stats;
  private final LocalHealth health;
  private final Listener listener;
  private final Entry own;
  private boolean left;

  /** Told of what changes. */
  interface Listener {
    void changed(View view);

    /** A member is new, or is back. */
    void arrived(Entry entry);

    /** Somebody else was the first to suspect a member. */
    void suspected(Entry entry);
  }

  Beliefs(
      Table table,
      Rumours rumours,
      Timing timing,
      Stats stats,
      LocalHealth health,
      Listener listener,
      Entry own) {
    this.table = table;
    this.rumours = rumours;
    this.timing = timing;
    this.stats = stats;
    this.health = health;
    this.listener = listener;
    this.own = own;
    rumours.add(own.rumour());
  }

  Member self() {
    return own.member();
  }

  long incarnation() {
    return own.incarnation();
  }

  /** Living members, this one among them. */
  int members() {
    return table.living().size();
  }

  boolean hasLeft() {
    return left;
  }

  /** This member describes itself anew. */
  void describe(Member member, long now) {
    raise(member, own.incarnation() + 1, now);
  }

  void leave(long now) {
    left = true;
    table.fallen(own, State.LEFT, own.incarnation(), own.name(), now, Optional.empty());
    rumours.add(own.rumour());
  }

  /** Goes above this incarnation, if it is not above it yet. */
  void outdo(long incarnation, long now) {
    if (incarnation >= own.incarnation()) {
      raise(own.member(), incarnation + 1, now);
    }
  }

  private void raise(Member member, long incarnation, long now) {
    table.alive(own, member, incarnation, now);
    rumours.add(own.rumour());
    listener.changed(own.view());
  }

  /** What a member should hear of itself, if it is not believed to be alive. */
  Optional<Rumour> doubtsAbout(String name) {
    return table.find(name).filter(entry -> entry.state() != State.ALIVE).map(Entry::rumour);
  }

  /** What is believed of a member, if that is not what it just said of itself. */
  Optional<Rumour> differing(String name, long id, long incarnation) {
    Optional<Entry> known = table.find(name);
    if (known.isEmpty()) {
      return Optional.of(new Fallen(State.DEAD, name, 0, own.name()));
    }
    return known
        .filter(
            entry ->
                entry.state() != State.ALIVE
                    || entry.member().id() != id
                    || entry.incarnation() < incarnation)
        .map(Entry::rumour);
  }

  /** Takes note of a rumour; one about this member may call for an answer. */
  Echo hear(Rumour rumour, long now) {
    if (rumour.name().equals(own.name())) {
      return left ? Echo.NOTHING : hearOfSelf(rumour, now);
    }
    if (rumour instanceof Alive alive) {
      hearAlive(alive, now);
    } else if (rumour instanceof Fallen fallen) {
      hearFallen(fallen, now);
    }
    return Echo.NOTHING;
  }

  /** The same in a comparison of tables: there a death counts as a suspicion. */
  Echo compare(Rumour rumour, String with, long now) {
    Rumour mild =
        rumour.state() == State.DEAD
                && table.find(rumour.name()).filter(e -> e.state().isLiving()).isPresent()
            ? new Fallen(State.SUSPECT, rumour.name(), rumour.incarnation(), with)
            : rumour;
    return hear(mild, now);
  }

  private Echo hearOfSelf(Rumour rumour, long now) {
    if (rumour instanceof Alive alive && alive.member().id() != own.member().id()) {
      if (!alive.member().address().equals(own.member().address())) {
        return Echo.RIVAL;
      }
      outdo(rumour.incarnation(), now);
      return Echo.CORRECT;
    }
    if (rumour.state() != State.ALIVE && rumour.incarnation() >= own.incarnation()) {
      stats.count(Event.REFUTATION);
      health.worse(1);
      raise(own.member(), rumour.incarnation() + 1, now);
      return Echo.CORRECT;
    }
    return rumour.incarnation() < own.incarnation() ? Echo.CORRECT : Echo.NOTHING;
  }

  private void hearAlive(Alive alive, long now) {
    Optional<Entry> known = table.find(alive.name());
    if (known.isEmpty()) {
      Entry added = table.add(alive.member(), State.ALIVE, alive.incarnation(), "", now);
      believe(added);
      listener.arrived(added);
      return;
    }
    Entry entry = known.get();
    if (alive.incarnation() <= entry.incarnation()) {
      return;
    }
    boolean isOther = alive.member().id() != entry.member().id();
    boolean moved = !alive.member().address().equals(entry.member().address());
    if (isOther && moved && entry.state().isLiving()) {
      stats.count(Event.NAME_CONFLICT);
      return;
    }
    boolean wasGone = !entry.state().isLiving();
    table.alive(entry, alive.member(), alive.incarnation(), now);
    believe(entry);
    if (wasGone) {
      listener.arrived(entry);
    }
  }

  private void hearFallen(Fallen fallen, long now) {
    Optional<Entry> known = table.find(fallen.name());
    if (known.isEmpty() || fallen.incarnation() < known.get().incarnation()) {
      return;
    }
    Entry entry = known.get();
    boolean isNewer = fallen.incarnation() > entry.incarnation();
    if (isNewer || fallen.state().compareTo(entry.state()) > 0) {
      if (fallen.state() == State.SUSPECT) {
        suspect(entry, fallen.incarnation(), fallen.by(), now);
        listener.suspected(entry);
      } else {
        fall(entry, fallen.state(), fallen.incarnation(), fallen.by(), now);
      }
    } else if (fallen.state() == State.SUSPECT) {
      confirm(entry, fallen.by());
    }
  }

  /** This member did not reach that one by any way. */
  void accuse(Entry entry, long now) {
    if (entry.state() == State.ALIVE) {
      stats.count(Event.SUSPICION);
      suspect(entry, entry.incarnation(), own.name(), now);
    } else {
      confirm(entry, own.name());
    }
  }

  private void suspect(Entry entry, long incarnation, String by, long now) {
    Suspicion suspicion = new Suspicion(now, by, members(), timing);
    table.fallen(entry, State.SUSPECT, incarnation, by, now, Optional.of(suspicion));
    believe(entry);
  }

  private void confirm(Entry entry, String by) {
    if (entry.suspicion().filter(suspicion -> suspicion.confirm(by)).isPresent()) {
      rumours.add(new Fallen(State.SUSPECT, entry.name(), entry.incarnation(), by));
    }
  }

  private void fall(Entry entry, State state, long incarnation, String by, long now) {
    table.fallen(entry, state, incarnation, by, now, Optional.empty());
    believe(entry);
  }

  private void believe(Entry entry) {
    rumours.add(entry.rumour());
    listener.changed(entry.view());
  }

  /** Declares dead whom nobody refuted in time. */
  void bury(long now) {
    List<Entry> late = new ArrayList<>();
    for (Entry entry : table.suspects()) {
      if (entry.suspicion().filter(suspicion -> suspicion.dueNanos() <= now).isPresent()) {
        late.add(entry);
      }
    }
    for (Entry entry : late) {
      stats.count(Event.DEATH);
      fall(entry, State.DEAD, entry.incarnation(), own.name(), now);
    }
  }

  /** When the next suspect's time is up. */
  long dueNanos() {
    long due = Long.MAX_VALUE;
    for (Entry entry : table.suspects()) {
      due = Math.min(due, entry.suspicion().map(Suspicion::dueNanos).orElse(Long.MAX_VALUE));
    }
    return due;
  }

  /** This member slept, so nobody's time has passed meanwhile. */
  void putOff(long nanos) {
    table.suspects().forEach(entry -> entry.suspicion().ifPresent(each -> each.putOff(nanos)));
  }
}
