package dev.nettystreams.demos;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A TCP port, 0 to 65535. */
public final class PortConverter implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a number");
        }
        throw new TypeConversionException("port not in 0 to 65535: " + text);
    }
}
