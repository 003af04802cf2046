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
					const bool detailed)
{
	if (bpf_session_is_return(ctx)) {
		count_passage(dir);
		if (!kprobe_exit(ctx, PT_REGS_RC(ctx), dir, detailed) && gate != VS_SHUT)
			COUNT_EVENT(dir, no_start);
		return 0;
	}
	if (!kprobe_entry(PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx), PT_REGS_PARM3(ctx),
			  PT_REGS_PARM4(ctx), dir, detailed))
		return 1; /* and no exit */
	return 0;
}

#define SESSION_PROGRAMS(name, dir)                                    \
	SEC("kprobe") int name##_session(struct pt_regs *ctx)          \
	{                                                              \
		return session_body(ctx, dir, false);                  \
	}                                                              \
	SEC("kprobe") int name##_session_detailed(struct pt_regs *ctx) \
	{                                                              \
		return session_body(ctx, dir, true);                   \
	}

SESSION_PROGRAMS(read, VS_READ)
SESSION_PROGRAMS(write, VS_WRITE)

char LICENSE[] SEC("license") = "GPL";
