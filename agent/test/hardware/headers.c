/* Prints what the kernel's headers say, as JSON, for comparison with the layouts in agent/src/hardware/kernel. */
#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <linux/gpio.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stddef.h>
#include <stdio.h>

#define N(name, value) printf("%s\"%s\": %llu", comma, name, (unsigned long long)(value)), comma = ", "
#define OPEN(name) printf("%s\"%s\": {", comma, name), comma = ""
#define CLOSE() printf("}"), comma = ", "

int main(void) {
  const char *comma = "";
  printf("{");
  OPEN("gpioSizes");
  N("request", sizeof(struct gpio_v2_line_request));
  N("config", sizeof(struct gpio_v2_line_config));
  N("values", sizeof(struct gpio_v2_line_values));
  N("event", sizeof(struct gpio_v2_line_event));
  CLOSE();
  OPEN("gpioRequests");
  N("getLine", GPIO_V2_GET_LINE_IOCTL);
  N("setConfig", GPIO_V2_LINE_SET_CONFIG_IOCTL);
  N("getValues", GPIO_V2_LINE_GET_VALUES_IOCTL);
  N("setValues", GPIO_V2_LINE_SET_VALUES_IOCTL);
  CLOSE();
  OPEN("gpioFlags");
  N("activeLow", GPIO_V2_LINE_FLAG_ACTIVE_LOW);
  N("input", GPIO_V2_LINE_FLAG_INPUT);
  N("output", GPIO_V2_LINE_FLAG_OUTPUT);
  N("edgeRising", GPIO_V2_LINE_FLAG_EDGE_RISING);
  N("edgeFalling", GPIO_V2_LINE_FLAG_EDGE_FALLING);
  N("openDrain", GPIO_V2_LINE_FLAG_OPEN_DRAIN);
  N("openSource", GPIO_V2_LINE_FLAG_OPEN_SOURCE);
  N("pullUp", GPIO_V2_LINE_FLAG_BIAS_PULL_UP);
  N("pullDown", GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN);
  N("biasDisabled", GPIO_V2_LINE_FLAG_BIAS_DISABLED);
  CLOSE();
  OPEN("gpioOffsets");
  OPEN("request");
  N("consumer", offsetof(struct gpio_v2_line_request, consumer));
  N("config", offsetof(struct gpio_v2_line_request, config));
  N("numLines", offsetof(struct gpio_v2_line_request, num_lines));
  N("eventBufferSize", offsetof(struct gpio_v2_line_request, event_buffer_size));
  N("fd", offsetof(struct gpio_v2_line_request, fd));
  CLOSE();
  OPEN("config");
  N("flags", offsetof(struct gpio_v2_line_config, flags));
  N("numAttrs", offsetof(struct gpio_v2_line_config, num_attrs));
  N("attrs", offsetof(struct gpio_v2_line_config, attrs));
  CLOSE();
  OPEN("attribute");
  N("id", offsetof(struct gpio_v2_line_config_attribute, attr.id));
  N("value", offsetof(struct gpio_v2_line_config_attribute, attr.values));
  N("mask", offsetof(struct gpio_v2_line_config_attribute, mask));
  CLOSE();
  OPEN("event");
  N("id", offsetof(struct gpio_v2_line_event, id));
  CLOSE();
  CLOSE();
  OPEN("gpioAttributes");
  N("outputValues", GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES);
  N("debounce", GPIO_V2_LINE_ATTR_ID_DEBOUNCE);
  CLOSE();
  OPEN("gpioEvents");
  N("rising", GPIO_V2_LINE_EVENT_RISING_EDGE);
  N("falling", GPIO_V2_LINE_EVENT_FALLING_EDGE);
  CLOSE();
  OPEN("i2cRequests");
  N("slave", I2C_SLAVE);
  N("readWrite", I2C_RDWR);
  CLOSE();
  OPEN("i2cSizes");
  N("message", sizeof(struct i2c_msg));
  N("transfer", sizeof(struct i2c_rdwr_ioctl_data));
  CLOSE();
  N("i2cRead", I2C_M_RD);
  OPEN("i2cOffsets");
  OPEN("message");
  N("address", offsetof(struct i2c_msg, addr));
  N("flags", offsetof(struct i2c_msg, flags));
  N("length", offsetof(struct i2c_msg, len));
  N("buffer", offsetof(struct i2c_msg, buf));
  CLOSE();
  OPEN("transfer");
  N("messages", offsetof(struct i2c_rdwr_ioctl_data, msgs));
  N("count", offsetof(struct i2c_rdwr_ioctl_data, nmsgs));
  CLOSE();
  CLOSE();
  N("termiosSize", sizeof(struct termios2));
  OPEN("termiosOffsets");
  N("iflag", offsetof(struct termios2, c_iflag));
  N("oflag", offsetof(struct termios2, c_oflag));
  N("cflag", offsetof(struct termios2, c_cflag));
  N("lflag", offsetof(struct termios2, c_lflag));
  N("cc", offsetof(struct termios2, c_cc));
  N("ispeed", offsetof(struct termios2, c_ispeed));
  N("ospeed", offsetof(struct termios2, c_ospeed));
  CLOSE();
  OPEN("termiosRequests");
  N("get", (unsigned)TCGETS2);
  N("set", (unsigned)TCSETS2);
  N("exclusive", TIOCEXCL);
  CLOSE();
  OPEN("termiosFlags");
  N("eightBits", CS8);
  N("twoStopBits", CSTOPB);
  N("receive", CREAD);
  N("parity", PARENB);
  N("parityOdd", PARODD);
  N("local", CLOCAL);
  N("otherBaud", BOTHER);
  N("rtsCts", (unsigned)CRTSCTS);
  CLOSE();
  OPEN("termiosCharacters");
  N("time", VTIME);
  N("min", VMIN);
  CLOSE();
  printf("}\n");
  return 0;
}
