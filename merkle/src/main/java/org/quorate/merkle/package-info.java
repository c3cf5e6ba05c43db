/** Hash trees over key ranges and the exchange that compares them. Only the JDK is used here. */
package org.quorate.merkle;
