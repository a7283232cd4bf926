/*
 * Stands in for the kernel's drivers of one GPIO chip and one I2C bus: answers ioctl(2) as they do, over the structures of the
 * kernel's own headers, so that a field in a wrong place is an error here. A file named gpiochip0 is the chip (8 lines), one named
 * i2c-1 the bus (registers at 0x48; a driver of the kernel has 0x50). Everything else goes to the real kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINES = 8, DEVICE = 0x48, OF_KERNEL = 0x50 };

static struct {
  int fd, events;
  uint64_t flags;
  int level;
  uint32_t debounce_us;
} lines[LINES];
static uint8_t registers[256], at;

static int fail(int code) {
  errno = code;
  return -1;
}

static int is_named(int fd, const char *name) {
  char link[64], path[512];
  const char digits[] = "0123456789";
  char number[12];
  int n = 0, i = 11;
  number[i] = 0;
  do number[--i] = digits[fd % 10], fd /= 10;
  while (fd);
  strcpy(link, "/proc/self/fd/");
  strcat(link, number + i);
  n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  const char *last = strrchr(path, '/');
  return last && strcmp(last + 1, name) == 0;
}

static int is_open(int line) {
  struct pollfd events = {lines[line].events, POLLOUT, 0};
  return lines[line].fd > 0 && poll(&events, 1, 0) >= 0 && !(events.revents & POLLERR);
}

static int active(int line) {
  return lines[line].level ^ !!(lines[line].flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW);
}

static void set_active(int line, int value) {
  lines[line].level = value ^ !!(lines[line].flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW);
}

static int configure(int line, const struct gpio_v2_line_config *config) {
  const uint64_t known = (GPIO_V2_LINE_FLAG_BIAS_DISABLED << 1) - 1;
  const int is_input = !!(config->flags & GPIO_V2_LINE_FLAG_INPUT), is_output = !!(config->flags & GPIO_V2_LINE_FLAG_OUTPUT);
  const int watches = !!(config->flags & (GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING));
  if ((config->flags & ~known) || (config->flags & GPIO_V2_LINE_FLAG_USED) || is_input == is_output) return fail(EINVAL);
  if ((watches && !is_input) || config->num_attrs > GPIO_V2_LINE_NUM_ATTRS_MAX) return fail(EINVAL);
  for (unsigned i = 0; i < sizeof config->padding / 4; i++)
    if (config->padding[i]) return fail(EINVAL);
  lines[line].flags = config->flags;
  for (unsigned i = 0; i < config->num_attrs; i++) {
    const struct gpio_v2_line_config_attribute *one = &config->attrs[i];
    if (one->attr.padding || !(one->mask & 1)) return fail(EINVAL);
    if (one->attr.id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES && is_output) set_active(line, one->attr.values & 1);
    else if (one->attr.id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE && is_input) lines[line].debounce_us = one->attr.debounce_period_us;
    else return fail(EINVAL);
  }
  return 0;
}

static int get_line(struct gpio_v2_line_request *request) {
  const uint32_t line = request->offsets[0];
  if (request->num_lines != 1 || line >= LINES || !request->consumer[0]) return fail(EINVAL);
  for (unsigned i = 0; i < sizeof request->padding / 4; i++)
    if (request->padding[i]) return fail(EINVAL);
  if (is_open(line)) return fail(EBUSY);
  if (lines[line].fd > 0) close(lines[line].events);
  if (configure(line, &request->config) < 0) return -1;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -1;
  lines[line].fd = request->fd = ends[0];
  lines[line].events = ends[1];
  return 0;
}

static int on_line(int line, unsigned long number, void *argument) {
  struct gpio_v2_line_values *values = argument;
  switch (number) {
    case GPIO_V2_LINE_SET_CONFIG_IOCTL: return configure(line, argument);
    case GPIO_V2_LINE_GET_VALUES_IOCTL:
      if (!(values->mask & 1)) return fail(EINVAL);
      values->bits = active(line);
      return 0;
    case GPIO_V2_LINE_SET_VALUES_IOCTL:
      if (!(lines[line].flags & GPIO_V2_LINE_FLAG_OUTPUT)) return fail(EPERM);
      if (values->mask & 1) set_active(line, values->bits & 1);
      return 0;
  }
  return fail(EINVAL);
}

static int transfer(const struct i2c_rdwr_ioctl_data *data) {
  for (unsigned i = 0; i < data->nmsgs; i++) {
    const struct i2c_msg *message = &data->msgs[i];
    if (message->flags & ~I2C_M_RD) return fail(EOPNOTSUPP);
    if (message->addr != DEVICE) return fail(ENXIO);
    for (unsigned j = 0; j < message->len; j++) {
      if (message->flags & I2C_M_RD) message->buf[j] = registers[at++];
      else if (j == 0) at = message->buf[0];
      else registers[at++] = message->buf[j];
    }
  }
  return data->nmsgs;
}

int ioctl(int fd, unsigned long number, void *argument) {
  for (int line = 0; line < LINES; line++)
    if (lines[line].fd == fd && is_open(line)) return on_line(line, number, argument);
  if (is_named(fd, "gpiochip0")) return number == GPIO_V2_GET_LINE_IOCTL ? get_line(argument) : fail(EINVAL);
  if (is_named(fd, "i2c-1")) {
    if (number == I2C_SLAVE) return (uintptr_t)argument == OF_KERNEL ? fail(EBUSY) : 0;
    return number == I2C_RDWR ? transfer(argument) : fail(ENOTTY);
  }
  return syscall(SYS_ioctl, fd, number, argument);
}

/* The world outside: volts on a line. */
void stand_in_drive(int line, int level) {
  const int before = active(line);
  lines[line].level = level;
  const int now = active(line);
  const uint64_t wanted = now ? GPIO_V2_LINE_FLAG_EDGE_RISING : GPIO_V2_LINE_FLAG_EDGE_FALLING;
  if (before == now || !is_open(line) || !(lines[line].flags & wanted)) return;
  struct gpio_v2_line_event event = {.id = now ? GPIO_V2_LINE_EVENT_RISING_EDGE : GPIO_V2_LINE_EVENT_FALLING_EDGE, .offset = line};
  if (write(lines[line].events, &event, sizeof event) < 0) return;
}

int stand_in_level(int line) { return lines[line].level; }
uint64_t stand_in_flags(int line) { return lines[line].flags; }
int stand_in_debounce_us(int line) { return lines[line].debounce_us; }
