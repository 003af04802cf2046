// SPDX-License-Identifier: GPL-2.0-only
/*
 * kprobe.session: one program for entry and exit of a handler, whose exit the entry can veto. In a file
 * of its own, since older kernels declare the function that tells the two apart otherwise, and do
 * not load an object that names it.
 */
#include "kprobe.h"
#if VS_OBSERVES_ACCESSES
#include "zpci.h"
#endif

extern bool bpf_session_is_return(void *ctx) __ksym __weak;

static __always_inline int session_body(struct pt_regs *ctx, const enum vs_dir dir,
					const bool offsets)
{
	if (bpf_session_is_return(ctx)) {
		count_passage(dir);
		if (!kprobe_exit(PT_REGS_RC(ctx), dir, offsets) && gate != VS_SHUT)
			COUNT_EVENT(dir, no_start);
		return 0;
	}
	if (!kprobe_entry(PT_REGS_PARM1(ctx), PT_REGS_PARM3(ctx), PT_REGS_PARM4(ctx), dir))
		return 1; /* and no exit */
	return 0;
}

SEC("kprobe") int read_session(struct pt_regs *ctx)
{
	return session_body(ctx, VS_READ, false);
}

SEC("kprobe") int read_session_offsets(struct pt_regs *ctx)
{
	return session_body(ctx, VS_READ, true);
}

SEC("kprobe") int write_session(struct pt_regs *ctx)
{
	return session_body(ctx, VS_WRITE, false);
}

SEC("kprobe") int write_session_offsets(struct pt_regs *ctx)
{
	return session_body(ctx, VS_WRITE, true);
}

char LICENSE[] SEC("license") = "GPL";
