package org.quorate.sim;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;
import org.quorate.membership.Datagrams;
import org.quorate.peer.FrameBytes;
import org.quorate.peer.Link;
import org.quorate.peer.Transport;
import org.quorate.runtime.Loop;

/**
 * The network between processes. A connection keeps bytes in order, as TCP does; whole frames can
 * be lost, doubled or late, but for those that the protocol trusts TCP with: the handshake and PUT.
 */
final class SimNetwork {
  private static final long CONNECT_TIMEOUT = SimTime.SECOND;
  private static final LongHashFunction HASH = LongHashFunction.xx3();

  /** The way from one node to another, as faults make it. */
  static final class Path {
    final String from;
    final String to;
    int cuts;
    long delayNanos = SimTime.MILLI / 5;
    double loss;
    double doubling;
    double lateness;
    private final List<End> stalled = new ArrayList<>();

    Path(String from, String to) {
      this.from = from;
      this.to = to;
    }

    void mend() {
      cuts = 0;
      delayNanos = SimTime.MILLI / 5;
      loss = 0;
      doubling = 0;
      lateness = 0;
      uncut();
    }

    void uncut() {
      if (cuts == 0) {
        List<End> waiting = List.copyOf(stalled);
        stalled.clear();
        waiting.forEach(End::pump);
      }
    }
  }

  private record Socket(SimProcess process, Loop loop, Datagrams.Receiver receiver) {}

  private record Listener(SimProcess process, Loop loop, Consumer<Link> accepted) {}

  /** Bytes on their way; none for the end of the connection. */
  private record Chunk(byte[] bytes, long dueNanos) {}

  private final SimTime time;
  private final SplittableRandom random;
  private final Map<String, Path> paths = new TreeMap<>();
  private final Map<String, List<Listener>> listeners = new TreeMap<>();
  private final Map<String, Socket> receivers = new TreeMap<>();
  private final List<End> ends = new ArrayList<>();
  private long merges;
  private long mostUnsent;

  SimNetwork(SimTime time, SplittableRandom random) {
    this.time = time;
    this.random = random;
  }

  /** Frames so far that asked an owner to merge. */
  long merges() {
    return merges;
  }

  /** The most bytes that waited on one connection. */
  long mostUnsent() {
    return mostUnsent;
  }

  Path path(String from, String to) {
    return paths.computeIfAbsent(from + ">" + to, none -> new Path(from, to));
  }

  List<Path> paths() {
    return List.copyOf(paths.values());
  }

  private static String nodeOf(String address) {
    return address.substring(0, address.indexOf(':'));
  }

  /** The network as a process on this node has it. */
  Transport transport(String node, SimProcess process) {
    return new Transport() {
      @Override
      public Future<String> listen(Loop loop, String address, Consumer<Link> accepted) {
        listeners
            .computeIfAbsent(address, none -> new ArrayList<>())
            .add(new Listener(process, loop, accepted));
        return Future.succeededFuture(address);
      }

      @Override
      public Future<Link> connect(Loop loop, String address) {
        return SimNetwork.this.connect(node, process, loop, address);
      }
    };
  }

  /** The datagrams of a process on this node: lost in cuts, and whenever frames may be. */
  Datagrams datagrams(String node, SimProcess process) {
    return new Datagrams() {
      @Override
      public Future<Void> open(Loop loop, String address, Receiver receiver) {
        receivers.put(address, new Socket(process, loop, receiver));
        return Future.succeededFuture();
      }

      @Override
      public void send(String address, byte[] datagram) {
        time.note(HASH.hashBytes(datagram));
        Path path = path(node, nodeOf(address));
        int copies = random.nextDouble() < path.doubling ? 2 : 1;
        for (int i = 0; i < copies; i++) {
          if (path.cuts == 0 && random.nextDouble() >= path.loss) {
            boolean late = random.nextDouble() < path.lateness;
            long nanos = delay(path) + (late ? random.nextLong(SimTime.SECOND) : 0);
            time.after(
                nanos,
                () -> arrive(node + address.substring(address.indexOf(':')), address, datagram));
          }
        }
      }
    };
  }

  private void arrive(String from, String address, byte[] datagram) {
    Socket socket = receivers.get(address);
    if (socket != null) {
      socket
          .process()
          .after(0, () -> socket.loop().execute(() -> socket.receiver().received(from, datagram)));
    }
  }

  private Future<Link> connect(String node, SimProcess process, Loop loop, String address) {
    Promise<Link> done = Promise.promise();
    Path out = path(node, nodeOf(address));
    Path back = path(nodeOf(address), node);
    long trip = delay(out) + delay(back);
    process.after(
        trip,
        () -> {
          List<Listener> there = listeners.getOrDefault(address, List.of());
          if (out.cuts + back.cuts > 0 || there.isEmpty()) {
            boolean refused = out.cuts + back.cuts == 0 && random.nextBoolean();
            process.after(
                refused ? 0 : CONNECT_TIMEOUT, () -> loop.execute(() -> done.fail("no way")));
            return;
          }
          Listener listener = there.get(random.nextInt(there.size()));
          End near = new End(process, loop, out);
          End far = new End(listener.process(), listener.loop(), back);
          near.other = far;
          far.other = near;
          ends.add(near);
          ends.add(far);
          listener
              .process()
              .after(0, () -> listener.loop().execute(() -> listener.accepted().accept(far)));
          loop.execute(() -> done.complete(near));
        });
    return done.future();
  }

  private long delay(Path path) {
    return path.delayNanos / 2 + random.nextLong(path.delayNanos);
  }

  /**
   * The process is gone. Its connections end, which the others are told unless the whole machine
   * fell silent.
   */
  void ended(SimProcess process, boolean silent) {
    receivers.values().removeIf(each -> each.process().equals(process));
    listeners.values().forEach(list -> list.removeIf(each -> each.process().equals(process)));
    for (End end : List.copyOf(ends)) {
      if (end.process.equals(process)) {
        end.open = false;
        if (!silent) {
          end.send(new byte[0], 0);
        }
        ends.remove(end);
      }
    }
  }

  /** Breaks some connections between the nodes; what is on its way is lost. */
  void reset(String a, String b) {
    reset(end -> end.out.from.equals(a) && end.out.to.equals(b) && random.nextBoolean());
  }

  private void reset(Predicate<End> which) {
    for (End end : List.copyOf(ends)) {
      if (end.open && which.test(end)) {
        boolean halfOpen = random.nextInt(4) == 0;
        end.cutOff(false);
        end.other.cutOff(halfOpen);
      }
    }
  }

  /** One side of a connection. */
  private final class End implements Link {
    private final SimProcess process;
    private final Loop loop;
    private final Path out;
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private End other;
    private @Nullable Consumer<byte[]> receiver;
    private @Nullable Runnable closeListener;
    private boolean open = true;
    private boolean broken;
    private boolean pumping;
    private long lastDue;
    private long unsent;

    End(SimProcess process, Loop loop, Path out) {
      this.process = process;
      this.loop = loop;
      this.out = out;
    }

    @Override
    public void write(byte[] bytes, int length) {
      if (!open || broken) {
        return;
      }
      time.note(HASH.hashBytes(bytes, 0, length));
      for (int at = 0; at < length; ) {
        int size = FrameBytes.length(bytes, at);
        byte[] frame = Arrays.copyOfRange(bytes, at, at + size);
        at += size;
        sendFrame(frame);
      }
      mostUnsent = Math.max(mostUnsent, unsent);
    }

    private void sendFrame(byte[] frame) {
      merges += FrameBytes.isMerge(frame) ? 1 : 0;
      long due = time.nanos() + delay(out);
      boolean mayHarm = !FrameBytes.needsOrder(frame);
      if (mayHarm && random.nextDouble() < out.loss) {
        return;
      }
      if (mayHarm && random.nextDouble() < out.doubling) {
        late(frame);
      }
      if (mayHarm && random.nextDouble() < out.lateness) {
        late(frame);
        return;
      }
      if (frame.length > 1 && random.nextInt(16) == 0) {
        int cut = 1 + random.nextInt(frame.length - 1);
        send(Arrays.copyOf(frame, cut), due);
        send(Arrays.copyOfRange(frame, cut, frame.length), due);
      } else {
        send(frame, due);
      }
    }

    /** The frame comes after some that are sent later. */
    private void late(byte[] frame) {
      process.time.after(
          random.nextLong(SimTime.SECOND),
          () -> {
            if (open && !broken) {
              send(frame, time.nanos());
            }
          });
    }

    private void send(byte[] bytes, long due) {
      lastDue = Math.max(lastDue, due);
      chunks.add(new Chunk(bytes, lastDue));
      unsent += bytes.length;
      pump();
    }

    private void pump() {
      if (!pumping && !chunks.isEmpty()) {
        pumping = true;
        time.after(chunks.element().dueNanos() - time.nanos(), this::arrive);
      }
    }

    private void arrive() {
      pumping = false;
      if (chunks.isEmpty()) {
        return;
      }
      if (out.cuts > 0) {
        out.stalled.add(this);
        return;
      }
      byte[] bytes = chunks.remove().bytes();
      unsent -= bytes.length;
      other.process.after(0, () -> other.loop.execute(() -> other.received(bytes)));
      pump();
    }

    private void received(byte[] bytes) {
      if (!open) {
        return;
      }
      if (bytes.length == 0) {
        gone();
      } else if (receiver != null) {
        receiver.accept(bytes);
      }
    }

    private void gone() {
      open = false;
      ends.remove(this);
      if (closeListener != null) {
        closeListener.run();
      }
    }

    /** Loses what is on its way, and learns of it unless it is left half open. */
    private void cutOff(boolean halfOpen) {
      broken = true;
      chunks.clear();
      unsent = 0;
      out.stalled.remove(this);
      if (!halfOpen) {
        process.after(delay(out), () -> loop.execute(() -> received(new byte[0])));
      }
    }

    @Override
    public long unsentBytes() {
      return unsent;
    }

    @Override
    public void onBytes(Consumer<byte[]> newReceiver) {
      receiver = newReceiver;
    }

    @Override
    public void onClose(Runnable listener) {
      closeListener = listener;
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        ends.remove(this);
        send(new byte[0], time.nanos() + delay(out));
        if (closeListener != null) {
          loop.execute(closeListener);
        }
      }
    }

    @Override
    public String remote() {
      return out.to;
    }
  }
}
