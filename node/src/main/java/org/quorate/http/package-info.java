/**
 * The HTTP contract. In the order a request meets them: {@link HttpApi} accepts and routes; {@link
 * KeyPath} and {@link KvRequest} read it strictly; {@link Admission} bounds what is in flight;
 * {@link KvHandler} calls the coordinator; {@link SiblingsBody} and {@link Problem} write the
 * answer, {@link RequestSpan} its trace. {@link AdminHandler} shows what {@link NodeView} tells of
 * the node.
 */
@NullMarked
package org.quorate.http;

import org.jspecify.annotations.NullMarked;
