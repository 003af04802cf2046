// SPDX-License-Identifier: GPL-2.0-only
/* What is read of a process: its cgroup, and the name of the virtual machine that it runs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/trace/process.h"

#define QEMU "/usr/bin/qemu-system-x86_64\0"
#define SCOPE "/machine.slice/machine-qemu\\x2d1\\x2d"

#define is_named(cmdline, cgroup, name) check_name(cmdline, sizeof(cmdline), cgroup, name)

static void check_name(const char *cmdline, size_t size, const char *cgroup, const char *want)
{
	char *name = process_vm_name(cmdline, size, cgroup);

	if (want)
		assert_string_equal(name, want);
	else
		assert_null(name);
	free(name);
}

static void a_name_is_in_the_command_line(void **state)
{
	(void)state;
	is_named(QEMU "-name\0guest=web,debug-threads=on\0-S", NULL, "web");
	is_named(QEMU "-S\0-name\0web", NULL, "web");
	is_named(QEMU "--name\0web,process=qemu:web", NULL, "web");
	is_named(QEMU "-name\0debug-threads=on,guest=web", NULL, "web");
	is_named(QEMU "-name\0a,,b,debug-threads=on", NULL, "a,b");
	is_named(QEMU "-name\0guest=,debug-threads=on", NULL, NULL);
	is_named(QEMU "-name\0debug-threads=on", NULL, NULL);
	is_named(QEMU "-name\0\033[31mred", NULL, "\033[31mred");
	is_named("/usr/libexec/qemu-kvm\0-name\0web", NULL, "web");
	is_named("kvm\0-name\0web", NULL, "web");
	is_named("qemu\0-name\0web", NULL, "web");
}

static void others_have_none(void **state)
{
	(void)state;
	is_named("/usr/bin/find\0.\0-name\0web", NULL, NULL);
	is_named("barbench\0"
		 "0000:00:04.0",
		 "/user.slice", NULL);
	is_named("", NULL, NULL);
	is_named(QEMU, NULL, NULL);
	is_named(QEMU "-name", NULL, NULL);
	check_name("", 0, NULL, NULL);
	/* Cut before its end: it may be longer. */
	check_name(QEMU "-name\0web", sizeof(QEMU "-name\0web") - 1, NULL, NULL);
}

static void a_name_is_in_the_scope_of_libvirt(void **state)
{
	(void)state;
	is_named("", SCOPE "web.scope", "web");
	is_named("", SCOPE "web.scope/libvirt/emulator", "web");
	is_named("", SCOPE "a\\x2db\\x5cx.scope", "a-b\\x");
	is_named("", SCOPE "a\\x2.scope", "a\\x2");
	is_named("", SCOPE "a\\x00.scope", "a\\x00");
	is_named("", SCOPE ".scope", NULL);
	is_named("", SCOPE "web", NULL);
	is_named("", SCOPE "web.scopes", NULL);
	is_named("", SCOPE "web/a.scope", NULL);
	is_named("", "/machine.slice/machine-qemu\\x2dx\\x2dweb.scope", NULL);
	is_named("", "/machine.slice/machine-lxc\\x2d1\\x2dweb.scope", NULL);
	is_named(QEMU "-name\0long name", SCOPE "longname.scope", "long name");
}

static void check_cgroup(const char *text, const char *want)
{
	char *path = process_cgroup(text);

	if (want)
		assert_string_equal(path, want);
	else
		assert_null(path);
	free(path);
}

static void the_cgroup_is_that_of_version_2(void **state)
{
	(void)state;
	check_cgroup("0::/a b\n", "/a b");
	check_cgroup("0::/", "/");
	check_cgroup("4:memory:/m\n1:name=systemd:/s\n0::/u\n", "/u");
	check_cgroup("4:memory:/m\n1:name=systemd:/s\n0::/\n", "/s");
	check_cgroup("1:name=systemd:/s\n", "/s");
	check_cgroup("4:memory:/m\n", NULL);
	check_cgroup("", NULL);
}

/* One that began at another time is another process. */
static void a_pid_is_used_again(void **state)
{
	struct process_info info;

	(void)state;
	assert_int_equal(process_info__look(&info, getpid(), 1), -ESRCH);
	assert_null(info.cgroup);
	process_info__clear(&info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_in_the_command_line),
		cmocka_unit_test(others_have_none),
		cmocka_unit_test(a_name_is_in_the_scope_of_libvirt),
		cmocka_unit_test(the_cgroup_is_that_of_version_2),
		cmocka_unit_test(a_pid_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
