/** Cluster membership by SWIM as a state machine without sockets or clocks. Only the JDK. */
package org.quorate.gossip;
