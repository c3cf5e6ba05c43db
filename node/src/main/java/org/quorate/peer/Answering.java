package org.quorate.peer;

/**
 * What peers ask of other parts of this node than its replicas.
 *
 * @param tables compares what is believed of the members
 * @param exchanges compares what is held
 * @param chain votes on states of the cluster
 * @param joins lets a node in that is no member; answers with the state of the cluster
 */
public record Answering(Answers tables, Answers exchanges, Answers chain, Answers joins) {}
