/**
 * What was written and what reads prove about it, without IO. The {@link
 * org.quorate.bench.verify.Ledger} has a {@link org.quorate.bench.verify.KeyHistory} for each key,
 * which holds {@link org.quorate.bench.verify.Write}s and judges what each read has {@link
 * org.quorate.bench.verify.Seen}; what is wrong becomes {@link org.quorate.bench.verify.Findings}.
 * The rules are in bench/DESIGN.md, "Ledger".
 */
@NullMarked
package org.quorate.bench.verify;

import org.jspecify.annotations.NullMarked;
