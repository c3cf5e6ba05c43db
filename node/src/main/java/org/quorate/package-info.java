/**
 * The process: {@link org.quorate.Main} and its commands, {@link org.quorate.NodeConfig}, {@link
 * org.quorate.Node}, the composition root, over {@link org.quorate.Ports}, and {@link
 * org.quorate.Server}, which gives a node real ports and {@link org.quorate.Telemetry}, and ends it
 * in good order ({@link org.quorate.Ending}). {@link org.quorate.NodeService} is the node as HTTP
 * sees it, with {@link org.quorate.Availability} and {@link org.quorate.RepairView}.
 */
@NullMarked
package org.quorate;

import org.jspecify.annotations.NullMarked;
