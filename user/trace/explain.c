// SPDX-License-Identifier: GPL-2.0-only
/* Why this kernel, or this user, cannot trace: one line with the cause and what to do about it. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/trace/trace.h"

#define say(error, ...) snprintf(error, TRACE_ERROR_LEN, __VA_ARGS__)

static bool has_capability(unsigned int cap)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	if (syscall(SYS_capget, &header, data))
		return false;
	return data[cap / 32].effective & (1U << (cap % 32));
}

/* What attaching needs: programs, kernel memory and symbols. SYS_ADMIN stands for the first two. */
static const char *missing_capability(void)
{
	bool admin = has_capability(CAP_SYS_ADMIN);

	if (!admin && !has_capability(CAP_BPF))
		return "CAP_BPF";
	if (!admin && !has_capability(CAP_PERFMON))
		return "CAP_PERFMON";
	if (!has_capability(CAP_SYSLOG))
		return "CAP_SYSLOG";
	return NULL;
}

static bool locked_down(void)
{
	char text[128] = "";
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");

	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return strstr(text, "[confidentiality]");
}

/*
 * Some virtual machines' kernels refuse fentry programs whatever they are, and have no kprobes. The
 * program names no function: where such programs are allowed, that is the fault found with it.
 */
static bool refuses_tracing(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K }, /* r0 = 0 */
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_btf_id = 1);
	int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", insns,
			       sizeof(insns) / sizeof(*insns), &options);
	bool refused = fd == -EPERM;

	if (fd >= 0)
		close(fd);
	return refused && access("/sys/bus/event_source/devices/kprobe", F_OK) &&
	       access("/sys/kernel/tracing/kprobe_events", F_OK);
}

int trace_check_kernel(char *error)
{
	const char *cap = missing_capability();

	if (cap) {
		say(error,
		    "tracing needs root, or the capabilities BPF, PERFMON and SYSLOG: %s is "
		    "missing",
		    cap);
		return -EPERM;
	}
	if (locked_down()) {
		say(error, "the kernel is locked down (confidentiality), which forbids tracing: "
			   "boot with lockdown=integrity or less");
		return -EPERM;
	}
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		say(error, "this kernel has no BTF (/sys/kernel/btf/vmlinux): "
			   "it must be built with CONFIG_DEBUG_INFO_BTF=y");
		return -ENOENT;
	}
	if (refuses_tracing()) {
		trace_explain(-EPERM, "trace", error);
		return -EPERM;
	}
	return 0;
}

const char *trace_strerror(int err)
{
	return err == -ENOEXEC ? "this kernel has no BPF compiler (JIT)" : strerror(-err);
}

void trace_explain(int err, const char *what, char *error)
{
	switch (-err) {
	case EPERM:
		say(error,
		    "cannot %s: this kernel refuses BPF tracing programs (%s), as some virtual "
		    "machines' do; 'make demo' shows vfioscope in a guest with a stock kernel",
		    what, strerror(-err));
		break;
	case EACCES:
		say(error,
		    "cannot %s: /proc/kallsyms shows no addresses; kernel.kptr_restrict must be "
		    "below 2",
		    what);
		break;
	case ENOENT:
	case ESRCH:
		say(error,
		    "cannot %s: the kernel does not know the function or its type; "
		    "was its module unloaded, or built without BTF "
		    "(CONFIG_DEBUG_INFO_BTF_MODULES)?",
		    what);
		break;
	case ENOEXEC:
		say(error, "cannot %s: %s, which that needs: --attach kprobe does without", what,
		    trace_strerror(err));
		break;
	case EBUSY:
		say(error, "cannot %s: another tool (live patching or ftrace) holds the function",
		    what);
		break;
	default:
		say(error, "cannot %s: %s (--verbose shows what the kernel said)", what,
		    strerror(-err));
	}
}
