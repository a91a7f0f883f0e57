package dev.nettystreams.benchmarks.servers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class CountersTest {
    private static final int BYTE_COUNT = 10_000_000;

    private static long allocated(String question) throws IOException {
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        Counters.answer(new ByteArrayInputStream(question.getBytes(US_ASCII)), new PrintStream(answers));
        return Long.parseLong(answers.toString(US_ASCII).strip().replace("allocated ", ""));
    }

    @Test
    void counters_includeWhatThisThreadAllocates() throws Exception {
        long before = allocated("counters\n");
        byte[] bytes = new byte[BYTE_COUNT];
        assertThat(allocated("gc\n") - before).isGreaterThanOrEqualTo(bytes.length);
    }
}
