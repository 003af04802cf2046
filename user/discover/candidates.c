// SPDX-License-Identifier: GPL-2.0-only
/*
 * Candidate handlers of a driver: functions whose BTF prototype is that of vfio_device_ops.read or
 * .write. Most drivers use the ones of vfio-pci-core, so the modules that a driver depends on are
 * searched as well. A candidate that is no handler does no harm: its programs never match a device.
 */
#include <bpf/btf.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/discover/device.h"

/* The handlers of one module; modules are shared by many devices and read once. */
struct module {
	struct module *next;
	char *name;
	int err; /* why the handlers are not known */
	struct handler *handlers;
	size_t nr_handlers;
};

struct btf_store {
	char *sysroot;
	struct btf *vmlinux; /* base of the modules' split BTF; NULL: they stand alone */
	struct module *modules;
};

static bool is_struct_pointer(const struct btf *btf, __u32 id, const char *name)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	if (!type || !btf_is_ptr(type))
		return false;
	type = btf__type_by_id(btf, type->type);
	return type && btf_is_struct(type) &&
	       !strcmp(btf__name_by_offset(btf, type->name_off), name);
}

static bool is_char_pointer(const struct btf *btf, __u32 id, bool want_const)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	bool is_const = false;

	if (!type || !btf_is_ptr(type))
		return false;
	for (type = btf__type_by_id(btf, type->type);
	     type && (btf_is_mod(type) || btf_is_type_tag(type));
	     type = btf__type_by_id(btf, type->type))
		is_const |= btf_is_const(type);
	return type && btf_is_int(type) && type->size == 1 && is_const == want_const;
}

static bool is_typedef(const struct btf *btf, __u32 id, const char *name)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	return type && btf_is_typedef(type) &&
	       !strcmp(btf__name_by_offset(btf, type->name_off), name);
}

static bool is_typedef_pointer(const struct btf *btf, __u32 id, const char *name)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	return type && btf_is_ptr(type) && is_typedef(btf, type->type, name);
}

/* ssize_t f(struct vfio_device *, [const] char *, size_t, loff_t *) */
static bool is_handler(const struct btf *btf, const struct btf_type *func, enum vs_dir *dir)
{
	const struct btf_type *proto = btf__type_by_id(btf, func->type);
	const struct btf_param *param;

	if (!proto || !btf_is_func_proto(proto) || btf_vlen(proto) != 4)
		return false;
	param = btf_params(proto);
	if (!is_typedef(btf, proto->type, "ssize_t") ||
	    !is_struct_pointer(btf, param[0].type, "vfio_device") ||
	    !is_typedef(btf, param[2].type, "size_t") ||
	    !is_typedef_pointer(btf, param[3].type, "loff_t"))
		return false;
	*dir = is_char_pointer(btf, param[1].type, true) ? VS_WRITE : VS_READ;
	return *dir == VS_WRITE || is_char_pointer(btf, param[1].type, false);
}

static int module_add_handler(struct module *module, const char *function, enum vs_dir dir)
{
	struct handler *handlers =
		reallocarray(module->handlers, module->nr_handlers + 1, sizeof(*handlers));

	if (!handlers)
		return -ENOMEM;
	module->handlers = handlers;
	handlers[module->nr_handlers] = (struct handler){
		.function = strdup(function),
		.dir = dir,
	};
	if (!handlers[module->nr_handlers].function)
		return -ENOMEM;
	module->nr_handlers++;
	return 0;
}

static int module_scan(struct module *module, const struct btf *btf, __u32 first_id)
{
	for (__u32 id = first_id; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		enum vs_dir dir;
		int err;

		if (!btf_is_func(type) || !is_handler(btf, type, &dir))
			continue;
		err = module_add_handler(module, btf__name_by_offset(btf, type->name_off), dir);
		if (err)
			return err;
	}
	return 0;
}

/* VFIO may be built in: then its functions are in the kernel's own BTF. */
#define KERNEL_ITSELF "vmlinux"

static int module_load(struct module *module, const struct btf_store *store)
{
	char *path;
	struct btf *btf;
	int err;

	if (!strcmp(module->name, KERNEL_ITSELF))
		return store->vmlinux ? module_scan(module, store->vmlinux, 1) : -ENOENT;
	path = sysfs__path(store->sysroot, "/sys/kernel/btf/%s", module->name);
	if (!path)
		return -ENOMEM;
	btf = btf__parse_split(path, store->vmlinux);
	free(path);
	if (!btf)
		return -errno;
	err = module_scan(module, btf, store->vmlinux ? btf__type_cnt(store->vmlinux) : 1);
	btf__free(btf);
	return err;
}

static struct module *store_find(struct btf_store *store, const char *name)
{
	struct module *module;

	for (module = store->modules; module; module = module->next)
		if (!strcmp(module->name, name))
			return module;
	module = calloc(1, sizeof(*module));
	if (!module)
		return NULL;
	module->name = strdup(name);
	if (!module->name) {
		free(module);
		return NULL;
	}
	module->err = module_load(module, store);
	module->next = store->modules;
	store->modules = module;
	return module;
}

struct btf_store *btf_store__new(const char *sysroot)
{
	struct btf_store *store = calloc(1, sizeof(*store));
	char *path = sysfs__path(sysroot, "/sys/kernel/btf/vmlinux");

	if (!store || !path)
		goto fail;
	store->sysroot = strdup(sysroot ? sysroot : "");
	if (!store->sysroot)
		goto fail;
	store->vmlinux = btf__parse(path, NULL);
	free(path);
	return store;
fail:
	free(path);
	free(store);
	return NULL;
}

void btf_store__free(struct btf_store *store)
{
	struct module *module, *next;

	if (!store)
		return;
	for (module = store->modules; module; module = next) {
		next = module->next;
		for (size_t i = 0; i < module->nr_handlers; i++)
			free(module->handlers[i].function);
		free(module->handlers);
		free(module->name);
		free(module);
	}
	btf__free(store->vmlinux);
	free(store->sysroot);
	free(store);
}

/* Does @user stand among the holders of @module, that is, depend on it? */
static bool module_is_used_by(const struct btf_store *store, const char *module, const char *user)
{
	char *path = sysfs__path(store->sysroot, "/sys/module/%s/holders/%s", module, user);
	bool used = path && !access(path, F_OK);

	free(path);
	return used;
}

static int add_module(struct device *device, struct btf_store *store, const char *name)
{
	struct module *module = store_find(store, name);

	if (!module)
		return -ENOMEM;
	for (size_t i = 0; i < module->nr_handlers; i++) {
		const struct handler *handler = &module->handlers[i];
		int err = device__add_handler(device, handler->function, module->name, handler->dir,
					      false);

		if (err)
			return err;
	}
	return module->err;
}

/* The modules whose functions @module may name in its ops: those it links to directly. */
static int add_dependencies(struct device *device, struct btf_store *store, const char *module)
{
	char *path = sysfs__path(store->sysroot, "/sys/module");
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *entry;
	int err = 0;

	free(path);
	if (!dir)
		return 0;
	while (!err && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && module_is_used_by(store, entry->d_name, module))
			err = add_module(device, store, entry->d_name);
	closedir(dir);
	return err == -ENOMEM ? err : 0;
}

int device__add_candidates(struct device *device, struct btf_store *store, const char *module)
{
	int own = add_module(device, store, module ? module : KERNEL_ITSELF), err = 0;

	if (own == -ENOMEM || !module)
		return own;
	if (add_module(device, store, KERNEL_ITSELF) == -ENOMEM)
		return -ENOMEM;
	err = add_dependencies(device, store, module);
	return err ? err : own;
}
