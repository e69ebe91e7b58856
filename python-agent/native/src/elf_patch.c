/*
 * Finds and rewrites GOT slots of one loaded object: no LD_PRELOAD, no debugger,
 * and calls made by any other library are left alone. A slot is one aligned
 * pointer, so other threads may run through it while it changes.
 */
#define _GNU_SOURCE
#include "elf_patch.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
#define SLOT_TYPE(t) ((t) == R_X86_64_JUMP_SLOT || (t) == R_X86_64_GLOB_DAT)
#elif defined(__aarch64__)
#define SLOT_TYPE(t) ((t) == R_AARCH64_JUMP_SLOT || (t) == R_AARCH64_GLOB_DAT)
#else
#error "gilscope's native tracer knows x86-64 and aarch64"
#endif

struct dynamic {
    const ElfW(Sym) *symbols;
    const char *strings;
    const ElfW(Rela) *tables[2];
    size_t sizes[2];
    bool plt_is_rela;
};

static int note_relro(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    struct gs_object *object = data;
    const ElfW(Phdr) *relro = NULL;
    bool ours = false;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_GNU_RELRO) relro = p;
        if (p->p_type == PT_DYNAMIC && (const void *)(info->dlpi_addr + p->p_vaddr) == object->dynamic) ours = true;
    }
    if (!ours) return 0;
    if (relro) {
        /* As the loader does: only whole pages become read-only. */
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        uintptr_t start = info->dlpi_addr + relro->p_vaddr;
        object->relro_start = start & ~(page - 1);
        object->relro_end = (start + relro->p_memsz) & ~(page - 1);
    }
    return 1;
}

bool gs_object_of(struct gs_object *object, const void *address) {
    Dl_info info;
    struct link_map *map = NULL;
    memset(object, 0, sizeof *object);
    if (!dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) || !map || !map->l_ld) return false;
    object->base = map->l_addr;
    object->dynamic = map->l_ld;
    object->name = map->l_name && *map->l_name ? map->l_name : info.dli_fname;
    return dl_iterate_phdr(note_relro, object) == 1;
}

size_t gs_symbol_size(const void *address) {
    Dl_info info;
    const ElfW(Sym) *symbol = NULL;
    if (!dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol) return 0;
    return info.dli_saddr == address ? symbol->st_size : 0;
}

/* glibc relocates the pointers of most dynamic sections in place; others keep offsets. */
static uintptr_t located(const struct gs_object *object, ElfW(Addr) value) {
    return value < object->base ? object->base + value : value;
}

static bool read_dynamic(const struct gs_object *object, struct dynamic *out) {
    memset(out, 0, sizeof *out);
    for (const ElfW(Dyn) *d = object->dynamic; d->d_tag != DT_NULL; d++) {
        uintptr_t pointer = located(object, d->d_un.d_ptr);
        switch (d->d_tag) {
        case DT_SYMTAB: out->symbols = (const void *)pointer; break;
        case DT_STRTAB: out->strings = (const char *)pointer; break;
        case DT_JMPREL: out->tables[0] = (const void *)pointer; break;
        case DT_PLTRELSZ: out->sizes[0] = d->d_un.d_val; break;
        case DT_RELA: out->tables[1] = (const void *)pointer; break;
        case DT_RELASZ: out->sizes[1] = d->d_un.d_val; break;
        case DT_PLTREL: out->plt_is_rela = d->d_un.d_val == DT_RELA; break;
        default: break;
        }
    }
    if (!out->plt_is_rela) out->sizes[0] = 0;
    return out->symbols && out->strings;
}

static void add_slot(struct gs_hook *hook, void **slot) {
    for (int i = 0; i < hook->count; i++)
        if (hook->slots[i] == slot) return;
    if (hook->count < GS_SLOTS_PER_HOOK) hook->slots[hook->count++] = slot;
}

int gs_hooks_find(const struct gs_object *object, struct gs_hook *hooks, int count) {
    struct dynamic dynamic;
    int found = 0;
    for (int i = 0; i < count; i++) hooks[i].count = 0;
    if (!read_dynamic(object, &dynamic)) return 0;
    for (int t = 0; t < 2; t++) {
        size_t entries = dynamic.tables[t] ? dynamic.sizes[t] / sizeof(ElfW(Rela)) : 0;
        for (size_t i = 0; i < entries; i++) {
            const ElfW(Rela) *r = &dynamic.tables[t][i];
            if (!SLOT_TYPE(ELF64_R_TYPE(r->r_info))) continue;
            const char *name = dynamic.strings + dynamic.symbols[ELF64_R_SYM(r->r_info)].st_name;
            for (int h = 0; h < count; h++)
                if (strcmp(name, hooks[h].name) == 0) add_slot(&hooks[h], (void **)(object->base + r->r_offset));
        }
    }
    for (int i = 0; i < count; i++) found += hooks[i].count > 0;
    return found;
}

static bool write_slot(const struct gs_object *object, void **slot, void *value) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = (uintptr_t)slot & ~(page - 1);
    bool relro = start >= object->relro_start && start < object->relro_end;
    if (relro && mprotect((void *)start, page, PROT_READ | PROT_WRITE) != 0) return false;
    atomic_store((_Atomic(void *) *)slot, value);
    if (relro) mprotect((void *)start, page, PROT_READ);
    return true;
}

bool gs_hooks_remove(const struct gs_object *object, struct gs_hook *hooks, int count) {
    bool ok = true;
    for (int i = 0; i < count; i++) {
        if (!hooks[i].installed) continue;
        for (int s = 0; s < hooks[i].count; s++)
            if (*hooks[i].slots[s] == hooks[i].replacement) ok &= write_slot(object, hooks[i].slots[s], hooks[i].before[s]);
        hooks[i].installed = false;
    }
    return ok;
}

bool gs_hooks_install(const struct gs_object *object, struct gs_hook *hooks, int count) {
    for (int i = 0; i < count; i++) {
        if (hooks[i].installed) continue;
        hooks[i].installed = true;
        for (int s = 0; s < hooks[i].count; s++) hooks[i].before[s] = *hooks[i].slots[s];
        for (int s = 0; s < hooks[i].count; s++) {
            if (write_slot(object, hooks[i].slots[s], hooks[i].replacement)) continue;
            gs_hooks_remove(object, hooks, count);
            return false;
        }
    }
    return true;
}
