/**
 * Talk between nodes: framed, checksummed, pipelined TCP.
 *
 * <p>{@link Transport} and {@link Link} are the port to the network, {@link VertxTransport} the
 * real one. {@link Frames} is the codec, {@link Hello} the handshake, {@link FrameLink} a link with
 * frames in and out. A node asks through {@link PeerConnection}, which {@link RemoteReplica} makes
 * an owner of, and answers through {@link PeerServer}.
 */
@NullMarked
package org.quorate.peer;

import org.jspecify.annotations.NullMarked;
