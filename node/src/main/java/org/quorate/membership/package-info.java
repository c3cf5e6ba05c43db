/**
 * Who belongs to the cluster, and who of them lives.
 *
 * <p>{@link ClusterState} is kept on disk from the first start on. {@link Membership} drives the
 * gossip, over {@link Datagrams}, whose real side is {@link VertxDatagrams}, and over the
 * connections between peers; coordinators read {@link Standing}s.
 */
@NullMarked
package org.quorate.membership;

import org.jspecify.annotations.NullMarked;
