package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The addresses that are tried, and their order (RFC 8305 section 4). */
class NameResolutionTest {
    @ParameterizedTest
    @CsvSource({
        "1.0.0.1, 1.0.0.1",
        "1.0.0.1 1.0.0.2, 1.0.0.1 1.0.0.2",
        "1.0.0.1 1.0.0.2 ::1 ::2, 1.0.0.1 ::1 1.0.0.2 ::2",
        "::1 ::2 1.0.0.1 1.0.0.2, ::1 1.0.0.1 ::2 1.0.0.2",
        "::1 1.0.0.1 1.0.0.2 1.0.0.3 ::2, ::1 1.0.0.1 ::2 1.0.0.2 1.0.0.3",
        "1.0.0.1 ::1 ::2 ::3, 1.0.0.1 ::1 ::2 ::3",
    })
    void families_takeTurns_theFirstOneFirst_eachInItsOrder(String found, String order) throws Exception {
        assertThat(NameResolution.inTurns(addresses(found))).isEqualTo(addresses(order));
    }

    @Test
    void addresses_areToldFromNames() {
        for (String address : List.of("127.0.0.1", "::1", "::ffff:1.2.3.4", "fe80::1%lo")) {
            assertThat(NameResolution.isAddress(address)).as(address).isTrue();
        }
        for (String name : List.of("", "localhost", "a.b", "1.2.3.four", "dead.beef")) {
            assertThat(NameResolution.isAddress(name)).as(name).isFalse();
        }
    }

    @Test
    void toListenOn_hasEachAddressOnce_inTheOrderGiven() throws Exception {
        assertThat(NameResolution.toListenOn(
                                List.of("127.0.0.2", "::1", "127.0.0.1", "127.0.0.2", "0:0:0:0:0:0:0:1"),
                                7,
                                null,
                                NameLookups.SYSTEM)
                        .join())
                .containsExactly(address("127.0.0.2"), address("::1"), address("127.0.0.1"));
        assertThat(NameResolution.toListenOn(List.of(""), 7, null, NameLookups.SYSTEM)
                        .join())
                .containsExactly(address("0.0.0.0"), address("::"));
    }

    /** The JDK's message names only the zone: "no such interface nowhere". */
    @Test
    void zoneThatIsNotThere_isToldWithItsAddress() {
        assertThat(NameResolution.toConnectTo("fe80::1%nowhere", 7, ConnectOptions.DEFAULT, NameLookups.SYSTEM))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(UnknownHostException.class)
                .withMessageContaining("fe80::1%nowhere: no such interface");
    }

    private static InetSocketAddress address(String host) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getAllByName(host)[0], 7);
    }

    private static List<InetAddress> addresses(String list) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String address : list.split(" ", -1)) {
            addresses.add(InetAddress.getAllByName(address)[0]);
        }
        return addresses;
    }
}
