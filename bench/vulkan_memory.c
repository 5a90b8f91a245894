/*
 * A Vulkan driver that passes all calls on to another one, and writes the most
 * memory that was allocated at one time: the device bytes of a process. The
 * memory of the process does not show them: a card in software touches only what
 * is written to, and compiles shaders of hundreds of megabytes.
 *
 *   cc -shared -fPIC -o runs/counting.so bench/vulkan_memory.c
 *   echo '{"file_format_version": "1.0.0", "ICD": {"library_path":
 *     "./counting.so", "api_version": "1.0.5"}}' > runs/counting.json
 *   VULKAN_DRIVER=DRIVER.so VULKAN_MEMORY=FILE \
 *     VK_ADD_DRIVER_FILES=runs/counting.json deno task estimate --measure ...
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*Function)(void);
typedef Function (*Lookup)(void *, const char *);

/* VkMemoryAllocateInfo */
typedef struct {
  uint32_t type;
  const void *next;
  uint64_t size;
  uint32_t memory;
} AllocateInfo;

enum { MOST = 1 << 18 };

static void *driver;
static Lookup of_instance, of_physical, of_device;
static int (*negotiate)(uint32_t *);
static int (*allocate)(void *, const AllocateInfo *, const void *, uint64_t *);
static void (*release)(void *, uint64_t, const void *);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t handles[MOST], sizes[MOST], held, peak;
static int count;

static void write_peak(void) {
  const char *path = getenv("VULKAN_MEMORY");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%llu\n", (unsigned long long)peak);
  fclose(file);
}

static int counted_allocate(void *device, const AllocateInfo *info,
                            const void *allocator, uint64_t *memory) {
  int result = allocate(device, info, allocator, memory);
  if (result != 0) return result;
  pthread_mutex_lock(&lock);
  if (count == MOST) abort();
  handles[count] = *memory;
  sizes[count++] = info->size;
  held += info->size;
  if (held > peak) {
    peak = held;
    write_peak();
  }
  pthread_mutex_unlock(&lock);
  return result;
}

static void counted_release(void *device, uint64_t memory,
                            const void *allocator) {
  pthread_mutex_lock(&lock);
  for (int i = 0; i < count; i++) {
    if (handles[i] != memory) continue;
    held -= sizes[i];
    count--;
    handles[i] = handles[count];
    sizes[i] = sizes[count];
    break;
  }
  pthread_mutex_unlock(&lock);
  release(device, memory, allocator);
}

static Function device_function(void *device, const char *name);

static Function counted(Function found, const char *name) {
  if (!found) return found;
  if (!strcmp(name, "vkAllocateMemory")) {
    *(Function *)&allocate = found;
    return (Function)counted_allocate;
  }
  if (!strcmp(name, "vkFreeMemory")) {
    *(Function *)&release = found;
    return (Function)counted_release;
  }
  if (!strcmp(name, "vkGetDeviceProcAddr")) {
    *(Function *)&of_device = found;
    return (Function)device_function;
  }
  return found;
}

static Function device_function(void *device, const char *name) {
  return counted(of_device(device, name), name);
}

static void open_driver(void) {
  if (driver) return;
  const char *path = getenv("VULKAN_DRIVER");
  driver = dlopen(path ? path : "", RTLD_NOW | RTLD_LOCAL);
  if (!driver) {
    fprintf(stderr, "Cannot open VULKAN_DRIVER: %s\n", dlerror());
    abort();
  }
  *(void **)&of_instance = dlsym(driver, "vk_icdGetInstanceProcAddr");
  *(void **)&of_physical = dlsym(driver, "vk_icdGetPhysicalDeviceProcAddr");
  *(void **)&negotiate =
      dlsym(driver, "vk_icdNegotiateLoaderICDInterfaceVersion");
}

Function vk_icdGetInstanceProcAddr(void *instance, const char *name) {
  open_driver();
  return counted(of_instance(instance, name), name);
}

Function vk_icdGetPhysicalDeviceProcAddr(void *instance, const char *name) {
  open_driver();
  return of_physical ? of_physical(instance, name) : NULL;
}

int vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
  open_driver();
  return negotiate ? negotiate(version) : 0;
}
