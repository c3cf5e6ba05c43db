/**
 * The hash {@link org.quorate.merkle.Tree} of a set of keys, and the {@link
 * org.quorate.merkle.Walk} that finds where two of them differ. Only the JDK is used here.
 */
package org.quorate.merkle;
