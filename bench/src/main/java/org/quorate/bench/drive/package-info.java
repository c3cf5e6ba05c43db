/**
 * When work is done, and by whom: the only package with sockets. A {@link
 * org.quorate.bench.drive.Runner} carries out a {@link org.quorate.bench.drive.Plan} with a {@link
 * org.quorate.bench.drive.Loop} on each thread, which takes {@link
 * org.quorate.bench.drive.Operation}s from a {@link org.quorate.bench.drive.Source} when {@link
 * org.quorate.bench.drive.Arrivals} say so, chooses a {@link org.quorate.bench.drive.Lane} of
 * {@link org.quorate.bench.drive.Connection}s, and makes an {@link
 * org.quorate.bench.drive.Attempt}, whose {@link org.quorate.bench.drive.Call}s and {@link
 * org.quorate.bench.drive.Answer}s a {@link org.quorate.bench.drive.Dialect} puts into the store's
 * words.
 */
@NullMarked
package org.quorate.bench.drive;

import org.jspecify.annotations.NullMarked;
