/**
 * A node's data on its disk. The log is the truth; everything else can be rebuilt from it.
 *
 * <p>In the order data meets them: {@link Disk}, the port to the file system; {@link
 * DataDirectory}, its lock and format; {@link CheckedFile}, small files; {@link Identity}, the
 * actor and its counter; {@link Store}, one event loop's keys: read, {@link Change}; {@link Log},
 * group commit into {@link Segment}s of {@link RecordFormat}; {@link KeyDirectory}, where a key's
 * newest record is; {@link Recovery}; {@link Compaction}; {@link DiskReserve}.
 */
@NullMarked
package org.quorate.storage;

import org.jspecify.annotations.NullMarked;
