package dev.nettystreams.demos.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RespCommandsTest {
    private final AtomicLong clockMillis = new AtomicLong(1_000_000);
    private final CommandTable commands = new CommandTable(new Keyspace(clockMillis::get));
    private final RespDialogue.Client client = new RespDialogue.Client();

    private String run(String line) throws Exception {
        List<byte[]> request = InlineRequest.parse((line + "\r\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return CommandTable.text(commands.run(client, request)).replace("\r\n", "|");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "PING                        ; +PONG|",
                "ping hello                  ; $5|hello|",
                "ping a b                    ; -ERR wrong number of arguments for 'ping' command|",
                "echo                        ; -ERR wrong number of arguments for 'echo' command|",
                "get                         ; -ERR wrong number of arguments for 'get' command|",
                "GET a b                     ; -ERR wrong number of arguments for 'get' command|",
                "get nothing                 ; $-1|",
                "foo                         ; `-ERR unknown command 'foo', with args beginning with: |`",
                "Foo a \"b\\r\\nc\"          ; `-ERR unknown command 'Foo', with args beginning with: 'a' 'b  c' |`",
                "set k v EX                  ; -ERR syntax error|",
                "set k v NX XX               ; -ERR syntax error|",
                "set k v EX 1 PX 1           ; -ERR syntax error|",
                "set k v NONSENSE            ; -ERR syntax error|",
                "set k v EX 0                ; -ERR invalid expire time in 'set' command|",
                "set k v PX -1               ; -ERR invalid expire time in 'set' command|",
                "set k v EX 9223372036854775 ; -ERR invalid expire time in 'set' command|",
                "set k v EX ten              ; -ERR value is not an integer or out of range|",
                "set k v XX                  ; $-1|",
                "set k v NX GET              ; $-1|",
                "del a b                     ; :0|",
                "select 0                    ; +OK|",
                "select 1                    ; -ERR DB index is out of range|",
                "select x                    ; -ERR value is not an integer or out of range|",
                "hello 3                     ; -NOPROTO unsupported protocol version|",
                "hello x                     ; -ERR Protocol version is not an integer or out of range|",
                "command docs                ; *0|",
                "command                     ; *0|",
                "config get save             ; *2|$4|save|$0||",
                "config get nothing          ; *0|",
                "config get                  ; -ERR wrong number of arguments for 'config|get' command|",
                "config foo                  ; -ERR unknown subcommand 'foo'. Try CONFIG HELP.|",
                "client setinfo LIB-NAME x   ; +OK|",
                "client setname \"a b\"      ; `-ERR Client names cannot contain spaces, newlines or special characters.|`",
                "client nonsense             ; -ERR unknown subcommand 'nonsense'. Try CLIENT HELP.|",
                "flushall now                ; -ERR syntax error|",
                "dbsize                      ; :0|",
                "quit                        ; +OK|",
                "POST / HTTP/1.1             ; ``",
                "Host: localhost             ; ``"
            })
    void command_isAnsweredAsRedisWordsIt(String line, String reply) throws Exception {
        assertThat(run(line)).isEqualTo(reply);
    }

    @Test
    void keys_comeAndGo() throws Exception {
        assertThat(run("set k v")).isEqualTo("+OK|");
        assertThat(run("set k w NX")).isEqualTo("$-1|");
        assertThat(run("set k w XX GET")).isEqualTo("$1|v|");
        assertThat(run("get k")).isEqualTo("$1|w|");
        assertThat(run("exists k k other")).isEqualTo(":2|");
        assertThat(run("dbsize")).isEqualTo(":1|");
        assertThat(run("del k other")).isEqualTo(":1|");
        assertThat(run("set a b")).isEqualTo("+OK|");
        assertThat(run("flushall")).isEqualTo("+OK|");
        assertThat(run("dbsize")).isEqualTo(":0|");
    }

    @Test
    void numbers_countWithin64Bits() throws Exception {
        assertThat(run("incr n")).isEqualTo(":1|");
        assertThat(run("set n 9223372036854775806")).isEqualTo("+OK|");
        assertThat(run("incr n")).isEqualTo(":9223372036854775807|");
        assertThat(run("incr n")).isEqualTo("-ERR increment or decrement would overflow|");
        for (String wrong : List.of("01", "+1", "\" 1\"", "1.0", "-0", "x", "\"\"", "9223372036854775808")) {
            run("set n " + wrong);
            assertThat(run("incr n")).as(wrong).isEqualTo("-ERR value is not an integer or out of range|");
        }
        run("set n -9223372036854775808");
        assertThat(run("incr n")).isEqualTo(":-9223372036854775807|");
    }

    @Test
    void expiredKeys_areNotThere() throws Exception {
        assertThat(run("set k v EX 10")).isEqualTo("+OK|");
        assertThat(run("ttl k")).isEqualTo(":10|");
        clockMillis.addAndGet(9_999);
        assertThat(run("get k")).isEqualTo("$1|v|");
        assertThat(run("set k w KEEPTTL")).isEqualTo("+OK|");
        assertThat(run("pttl k")).isEqualTo(":1|");
        clockMillis.incrementAndGet();
        assertThat(run("get k")).isEqualTo("$-1|");
        assertThat(run("pttl k")).isEqualTo(":-2|");
        assertThat(run("set k v NX PX 5")).isEqualTo("+OK|");
        clockMillis.addAndGet(5);
        assertThat(run("incr k")).isEqualTo(":1|");
        assertThat(run("ttl k")).isEqualTo(":-1|");
    }

    @Test
    void unknownCommand_showsSoManyArguments() {
        List<byte[]> request = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            request.add("0123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        assertThat(CommandTable.text(commands.run(client, request)).length()).isLessThan(220);
    }

    @Test
    void names_areKept() throws Exception {
        assertThat(run("client getname")).isEqualTo("$-1|");
        assertThat(run("client setname me")).isEqualTo("+OK|");
        assertThat(run("client getname")).isEqualTo("$2|me|");
        assertThat(run("hello 2 setname you")).contains("$5|proto|:2|");
        assertThat(run("client getname")).isEqualTo("$3|you|");
    }
}
