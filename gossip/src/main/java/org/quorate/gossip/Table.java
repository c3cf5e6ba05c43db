package org.quorate.gossip;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * All members known, this one among them: who lives, who is suspected, who is gone, and a hash of
 * each part.
 *
 * <p>Invariant: the hash of a part is the exclusive or of its entries' hashes.
 */
final class Table {
  /** Parts by which two tables are compared; a power of two. */
  static final int PARTS = 64;

  private final Map<String, Entry> entries = new HashMap<>();
  private final List<Entry> living = new ArrayList<>();
  private final List<Entry> gone = new ArrayList<>();
  private final Set<Entry> suspects = new LinkedHashSet<>();
  private final long[] hashes = new long[PARTS];
  private final RandomGenerator random;

  Table(RandomGenerator random) {
    this.random = random;
  }

  Optional<Entry> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  Entry add(Member member, State state, long incarnation, String accuser, long now) {
    Entry entry = new Entry(member, state, incarnation, accuser, now);
    if (entries.putIfAbsent(member.name(), entry) != null) {
      throw new IllegalStateException(member.name() + " is there already");
    }
    hashes[entry.part()] ^= entry.hash();
    enlist(entry);
    return entry;
  }

  void alive(Entry entry, Member member, long incarnation, long now) {
    change(entry, () -> entry.alive(member, incarnation, now));
  }

  void fallen(
      Entry entry,
      State state,
      long incarnation,
      String by,
      long now,
      Optional<Suspicion> suspicion) {
    change(entry, () -> entry.fallen(state, incarnation, by, now, suspicion));
  }

  private void change(Entry entry, Runnable change) {
    boolean lived = entry.state().isLiving();
    hashes[entry.part()] ^= entry.hash();
    change.run();
    hashes[entry.part()] ^= entry.hash();
    if (lived != entry.state().isLiving()) {
      delist(lived ? living : gone, entry);
      enlist(entry);
    }
    if (entry.state() == State.SUSPECT) {
      suspects.add(entry);
    } else {
      suspects.remove(entry);
    }
  }

  void forget(Entry entry) {
    hashes[entry.part()] ^= entry.hash();
    delist(gone, entry);
    entries.remove(entry.name());
  }

  private void enlist(Entry entry) {
    List<Entry> list = entry.state().isLiving() ? living : gone;
    entry.place = list.size();
    list.add(entry);
  }

  private static void delist(List<Entry> list, Entry entry) {
    Entry last = list.remove(list.size() - 1);
    if (!last.equals(entry)) {
      last.place = entry.place;
      list.set(entry.place, last);
    }
  }

  Collection<Entry> all() {
    return entries.values();
  }

  /** Living members, this one among them. */
  List<Entry> living() {
    return living;
  }

  List<Entry> gone() {
    return gone;
  }

  Set<Entry> suspects() {
    return suspects;
  }

  /** Up to so many different living members, none of them among these. */
  List<Entry> anyLiving(int count, Set<String> but) {
    List<Entry> chosen = new ArrayList<>(count);
    int tries = living.isEmpty() ? 0 : 4 * count + 8;
    while (chosen.size() < count && tries-- > 0) {
      Entry entry = living.get(random.nextInt(living.size()));
      if (!but.contains(entry.name()) && !chosen.contains(entry)) {
        chosen.add(entry);
      }
    }
    return chosen;
  }

  long[] hashes() {
    return hashes.clone();
  }
}
