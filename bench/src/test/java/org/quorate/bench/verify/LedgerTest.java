package org.quorate.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.bench.work.Payload;

/** What is found in small histories of one key, told step by step. */
class LedgerTest {
  private static final int RUN = 7;
  private static final long KEY = 42;

  private final Payload payload = new Payload(RUN);
  private final Ledger ledger = new Ledger(RUN, 0, 1000, Claims.of(3, 2, 2, false));

  /** A blind write that is acknowledged. */
  private int write(long start, long end) {
    return write(start, end, null);
  }

  private int write(long start, long end, Ledger.Context context) {
    Ledger.Pending write = ledger.write(KEY, start, context);
    write.acknowledged(end);
    return write.sequence;
  }

  private List<byte[]> values(int... sequences) {
    return Arrays.stream(sequences).mapToObj(one -> payload.encode(0, KEY, one, 100)).toList();
  }

  private Ledger.Context read(long start, long end, int... sequences) {
    return ledger.read(KEY, start, end, values(sequences));
  }

  private void last(int... sequences) {
    ledger.readLast(KEY, 10_000, 10_001, values(sequences), false);
  }

  private void found(Finding finding, int count) {
    assertEquals(count, ledger.findings().count(finding), ledger.findings().examples().toString());
    assertEquals(count, ledger.findings().total(), ledger.findings().examples().toString());
  }

  private void nothing() {
    found(Finding.LOST, 0);
  }

  @Test
  void aLaterBlindWriteExplainsThatAnEarlierOneIsGone() {
    write(0, 10);
    int second = write(20, 30);
    read(40, 50, second);
    last(second);
    nothing();
  }

  @Test
  void anEarlierOneDoesNotExplainThatALaterOneIsGone() {
    int first = write(0, 10);
    write(20, 30);
    last(first);
    found(Finding.LOST, 1);
  }

  @Test
  void writesThatOverlapMayGoInEitherOrderOrStayAsSiblings() {
    int first = write(0, 30);
    int second = write(10, 20);
    read(40, 50, first);
    read(60, 70, first);
    last(first, second);
    nothing();
  }

  @Test
  void everyLostWriteIsCounted() {
    write(0, 10);
    write(20, 30);
    last();
    found(Finding.LOST, 2);
  }

  @Test
  void aWriteWithAContextSupersedesWhatWasReadAndNothingElse() {
    int first = write(0, 10);
    Ledger.Context context = read(20, 30, first);
    write(35, 38);
    int third = write(40, 50, context);
    last(third);
    found(Finding.LOST, 1);
  }

  @Test
  void aReadThatMissesAnAcknowledgedWriteIsStale() {
    int first = write(0, 10);
    write(20, 30);
    read(31, 40, first);
    read(25, 40, first);
    found(Finding.STALE, 1);
  }

  @Test
  void aReadThatFindsNothingThoughAWriteWasAcknowledgedIsStale() {
    write(0, 10);
    read(20, 30);
    found(Finding.STALE, 1);
  }

  @Test
  void whatWasShownMustStayEvenIfNobodyAcknowledgedIt() {
    int first = write(0, 10);
    Ledger.Pending second = ledger.write(KEY, 20, null);
    second.unknown(30);
    read(40, 50, second.sequence);
    read(60, 70, first);
    found(Finding.BACK_IN_TIME, 1);
  }

  @Test
  void anUnknownWriteMayShowLateOrNever() {
    int first = write(0, 10);
    Ledger.Pending second = ledger.write(KEY, 20, null);
    second.unknown(30);
    read(40, 50, first);
    read(60, 70, second.sequence);
    last(second.sequence);
    nothing();
  }

  @Test
  void aWriteAnsweredNotAppliedMustNotShow() {
    Ledger.Pending write = ledger.write(KEY, 0, null);
    write.notApplied(10);
    read(20, 30, write.sequence);
    found(Finding.PHANTOM, 1);
  }

  @Test
  void norMayItHaveShownBefore() {
    Ledger.Pending write = ledger.write(KEY, 0, null);
    read(2, 5, write.sequence);
    write.notApplied(10);
    found(Finding.PHANTOM, 1);
  }

  @Test
  void aWriteThatWasNeverSentIsAPhantom() {
    write(0, 10);
    read(20, 30, 5);
    found(Finding.PHANTOM, 1);
  }

  @Test
  void valuesOfAnotherKeyOrRunOrWithAFlippedBitAreCorrupt() {
    write(0, 10);
    byte[] flipped = values(0).get(0);
    flipped[60] ^= 1;
    ledger.read(KEY, 20, 30, List.of(flipped));
    ledger.read(KEY, 20, 30, List.of(payload.encode(0, KEY + 1, 0, 100)));
    ledger.read(KEY, 20, 30, List.of(new Payload(RUN + 1).encode(0, KEY, 0, 100)));
    ledger.read(KEY, 20, 30, List.of(new byte[0]));
    found(Finding.CORRUPT, 4);
  }

  @Test
  void aDeleteExplainsThatAWriteIsGone() {
    write(0, 10);
    ledger.delete(KEY, 20).acknowledged(30);
    read(40, 50);
    last();
    nothing();
  }

  @Test
  void aDeleteThatShowsNothingIsStaleAndAfterItsEffectWasSeenResurrection() {
    int first = write(0, 10);
    ledger.delete(KEY, 20).acknowledged(30);
    read(40, 50, first);
    found(Finding.STALE, 1);
    read(60, 70);
    read(80, 90, first);
    assertEquals(1, ledger.findings().count(Finding.RESURRECTED));
  }

  @Test
  void aDeletedVersionInTheEndIsResurrected() {
    int first = write(0, 10);
    ledger.delete(KEY, 20).acknowledged(30);
    last(first);
    found(Finding.RESURRECTED, 1);
  }

  @Test
  void aDeleteDoesNotExplainThatALaterWriteIsGone() {
    write(0, 10);
    ledger.delete(KEY, 20).acknowledged(30);
    write(40, 50);
    last();
    found(Finding.LOST, 1);
  }

  @Test
  void whereQuorumsDoNotOverlapStaleReadsAreAllowedAndLossIsNot() {
    Ledger weak = new Ledger(RUN, 0, 1000, Claims.of(3, 1, 1, false));
    weak.write(KEY, 0, null).acknowledged(10);
    weak.read(KEY, 20, 30, List.of());
    assertEquals(0, weak.findings().total());
    weak.readLast(KEY, 40, 50, List.of(), false);
    assertEquals(1, weak.findings().count(Finding.LOST));
  }

  /** A delete at r=1 may have read a replica that had not got the write, and deleted nothing. */
  @Test
  void norMustADeleteHaveSeenTheWriteThen() {
    Ledger weak = new Ledger(RUN, 0, 1000, Claims.of(3, 1, 1, false));
    weak.write(KEY, 0, null).acknowledged(10);
    weak.delete(KEY, 20).acknowledged(30);
    weak.readLast(KEY, 40, 50, values(0), false);
    assertEquals(0, weak.findings().total());
  }

  @Test
  void aPatientLastReadNotesNothing() {
    write(0, 10);
    assertFalse(ledger.readLast(KEY, 40, 50, List.of(), true));
    assertTrue(ledger.readLast(KEY, 60, 70, values(0), true));
    nothing();
  }

  @Test
  void examplesNameTheKeyTheWriteAndWhen() {
    write(0, 1_000_000);
    last();
    String example = ledger.findings().examples().get(0);
    assertTrue(example.contains("key 42"), example);
    assertTrue(example.contains("write 0"), example);
    assertTrue(example.contains("0.001000 s"), example);
  }

  @Test
  void aLongChainOfReadsAndWritesIsWalked() {
    Ledger.Context context = null;
    int sequence = 0;
    for (int i = 0; i < 20_000; i++) {
      sequence = write(i * 10L, i * 10L + 2, context);
      context = ledger.read(KEY, i * 10L + 3, i * 10L + 5, values(sequence));
    }
    ledger.readLast(KEY, 1_000_000, 1_000_001, values(sequence), false);
    nothing();
  }
}
