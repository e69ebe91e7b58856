/*
 * Symbols of an ELF object, read from the target's memory: right inside containers, and right when a package
 * upgrade has replaced the file since. Used by target.c, and by enter.c for the library it has just loaded.
 */
#include "inject.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_HEADERS 64
#define MAX_DYNAMIC 256
/* Longest hash chain that is believed: a damaged table must not keep us. */
#define MAX_CHAIN 4096

static void note_build_id(const uint8_t *note, size_t length, uint8_t *into, size_t capacity, size_t *got)
{
    size_t at = 0;
    while (at + 12 <= length) {
        uint32_t name, desc, type;
        memcpy(&name, note + at, 4);
        memcpy(&desc, note + at + 4, 4);
        memcpy(&type, note + at + 8, 4);
        size_t body = at + 12 + ((name + 3u) & ~3u);
        if (body > length || desc > length - body)
            return;
        if (type == NT_GNU_BUILD_ID && name == 4 && memcmp(note + at + 12, "GNU", 4) == 0 && desc <= capacity) {
            memcpy(into, note + body, desc);
            *got = desc;
            return;
        }
        at = body + ((desc + 3u) & ~3u);
    }
}

static void read_note(struct image *image, const Elf64_Phdr *head)
{
    uint8_t note[1024];
    size_t length = head->p_filesz < sizeof note ? head->p_filesz : sizeof note;
    if (image->build_id_length == 0 && mem_read(image->pid, image->bias + head->p_vaddr, note, length))
        note_build_id(note, length, image->build_id, sizeof image->build_id, &image->build_id_length);
}

/* glibc relocates these pointers in place, musl does not. */
static uint64_t absolute(const struct image *image, uint64_t pointer)
{
    return pointer < image->base ? pointer + image->bias : pointer;
}

static bool read_dynamic(struct image *image, const Elf64_Phdr *head)
{
    Elf64_Dyn table[MAX_DYNAMIC];
    size_t count = head->p_memsz / sizeof *table;
    if (count > MAX_DYNAMIC)
        count = MAX_DYNAMIC;
    if (!mem_read(image->pid, image->bias + head->p_vaddr, table, count * sizeof *table))
        return false;
    for (size_t i = 0; i < count && table[i].d_tag != DT_NULL; i++) {
        uint64_t value = absolute(image, table[i].d_un.d_ptr);
        switch (table[i].d_tag) {
        case DT_SYMTAB: image->symtab = value; break;
        case DT_STRTAB: image->strtab = value; break;
        case DT_GNU_HASH: image->gnu_hash = value; break;
        case DT_HASH: image->sysv_hash = value; break;
        }
    }
    return image->symtab && image->strtab && (image->gnu_hash || image->sysv_hash);
}

bool image_open(pid_t pid, uint64_t base, struct image *image)
{
    Elf64_Ehdr head;
    Elf64_Phdr heads[MAX_HEADERS];
    memset(image, 0, sizeof *image);
    image->pid = pid;
    image->base = base;
    if (!mem_read(pid, base, &head, sizeof head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_phentsize != sizeof *heads || head.e_phnum > MAX_HEADERS ||
        !mem_read(pid, base + head.e_phoff, heads, head.e_phnum * sizeof *heads))
        return false;
    for (int i = 0; i < head.e_phnum; i++)
        if (heads[i].p_type == PT_LOAD) {
            image->bias = base - (heads[i].p_vaddr & ~(uint64_t)4095);
            break;
        }
    bool dynamic = false;
    for (int i = 0; i < head.e_phnum; i++) {
        if (heads[i].p_type == PT_NOTE)
            read_note(image, &heads[i]);
        if (heads[i].p_type == PT_DYNAMIC)
            dynamic = read_dynamic(image, &heads[i]);
    }
    return dynamic;
}

/* Value of symbol `index` if it is defined and has this name. */
static uint64_t symbol_value(const struct image *image, uint32_t index, const char *name)
{
    Elf64_Sym symbol;
    char text[64];
    size_t length = strlen(name) + 1;
    if (length > sizeof text || !mem_read(image->pid, image->symtab + (uint64_t)index * sizeof symbol, &symbol, sizeof symbol) ||
        symbol.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol.st_info) == STT_GNU_IFUNC ||
        !mem_read(image->pid, image->strtab + symbol.st_name, text, length) || memcmp(text, name, length) != 0)
        return 0;
    return image->bias + symbol.st_value;
}

static uint64_t by_gnu_hash(const struct image *image, const char *name)
{
    uint32_t hash = 5381, table[4], index, chained; /* table: buckets, first symbol, bloom words, bloom shift */
    for (const char *at = name; *at; at++)
        hash = hash * 33 + (uint8_t)*at;
    if (!mem_read(image->pid, image->gnu_hash, table, sizeof table) || table[0] == 0)
        return 0;
    uint64_t buckets = image->gnu_hash + 16 + (uint64_t)table[2] * 8;
    uint64_t chains = buckets + (uint64_t)table[0] * 4;
    if (!mem_read(image->pid, buckets + (uint64_t)(hash % table[0]) * 4, &index, 4) || index < table[1])
        return 0;
    for (int step = 0; step < MAX_CHAIN; step++, index++) {
        if (!mem_read(image->pid, chains + (uint64_t)(index - table[1]) * 4, &chained, 4))
            return 0;
        if ((chained | 1) == (hash | 1)) {
            uint64_t value = symbol_value(image, index, name);
            if (value)
                return value;
        }
        if (chained & 1)
            return 0;
    }
    return 0;
}

static uint64_t by_sysv_hash(const struct image *image, const char *name)
{
    uint32_t hash = 0, table[2], index;
    for (const char *at = name; *at; at++) {
        hash = (hash << 4) + (uint8_t)*at;
        uint32_t top = hash & 0xf0000000u;
        hash = (hash ^ top >> 24) & ~top;
    }
    if (!mem_read(image->pid, image->sysv_hash, table, sizeof table) || table[0] == 0)
        return 0;
    uint64_t buckets = image->sysv_hash + 8, chains = buckets + (uint64_t)table[0] * 4;
    if (!mem_read(image->pid, buckets + (uint64_t)(hash % table[0]) * 4, &index, 4))
        return 0;
    for (int step = 0; step < MAX_CHAIN && index != 0 && index < table[1]; step++) {
        uint64_t value = symbol_value(image, index, name);
        if (value)
            return value;
        if (!mem_read(image->pid, chains + (uint64_t)index * 4, &index, 4))
            return 0;
    }
    return 0;
}

uint64_t image_symbol(const struct image *image, const char *name)
{
    return image->gnu_hash ? by_gnu_hash(image, name) : by_sysv_hash(image, name);
}

size_t file_build_id(const char *path, uint8_t *into, size_t capacity)
{
    Elf64_Ehdr head;
    Elf64_Phdr part;
    uint8_t note[1024];
    size_t got = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    if (pread(file, &head, sizeof head, 0) == (ssize_t)sizeof head && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0)
        for (int i = 0; i < head.e_phnum && got == 0; i++) {
            off_t at = (off_t)(head.e_phoff + (uint64_t)i * sizeof part);
            if (pread(file, &part, sizeof part, at) != (ssize_t)sizeof part || part.p_type != PT_NOTE)
                continue;
            ssize_t length = pread(file, note, part.p_filesz < sizeof note ? part.p_filesz : sizeof note, (off_t)part.p_offset);
            if (length > 0)
                note_build_id(note, (size_t)length, into, capacity, &got);
        }
    close(file);
    return got;
}
