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

    private static long answer(String question, String beginning) throws IOException {
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        Counters.answer(new ByteArrayInputStream(question.getBytes(US_ASCII)), new PrintStream(answers));
        assertThat(answers.toString(US_ASCII)).startsWith(beginning);
        return Long.parseLong(answers.toString(US_ASCII).strip().substring(beginning.length()));
    }

    @Test
    void counters_includeWhatThisThreadAllocates() throws Exception {
        long before = answer("counters\n", "allocated ");
        byte[] bytes = new byte[BYTE_COUNT];
        assertThat(answer("counters\n", "allocated ") - before).isGreaterThanOrEqualTo(bytes.length);
    }

    @Test
    void gc_leavesWhatLives() throws Exception {
        byte[] bytes = new byte[BYTE_COUNT];
        assertThat(answer("gc\n", "live ")).isGreaterThanOrEqualTo(bytes.length);
        assertThat(bytes).hasSize(BYTE_COUNT); // it lives until here
    }
}
