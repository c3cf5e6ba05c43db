/** Who belongs to the cluster: {@link ClusterState}, kept on disk from the first start on. */
@NullMarked
package org.quorate.membership;

import org.jspecify.annotations.NullMarked;
