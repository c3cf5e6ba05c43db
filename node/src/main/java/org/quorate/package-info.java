/**
 * The process: {@link org.quorate.Main} and its commands, {@link org.quorate.NodeConfig}, {@link
 * org.quorate.Node}, the composition root, over {@link org.quorate.Ports}, and {@link
 * org.quorate.Server}, which gives a node real ports.
 */
@NullMarked
package org.quorate;

import org.jspecify.annotations.NullMarked;
