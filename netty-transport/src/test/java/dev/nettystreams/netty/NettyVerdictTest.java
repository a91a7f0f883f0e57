package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The versions of Netty that the streams run on, by version alone. */
class NettyVerdictTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "4.2.18.Final",
                "4.2.19.Final",
                "4.2.118.Final",
                "4.2.18.Final-redhat-00001",
                "4.2.20.Final-SNAPSHOT"
            })
    void laterVersions_areAcceptedWithoutAWord(String version) {
        assertThat(ofOne(version)).isEqualTo(new NettyVerdict(null, null, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4.1.118.Final",
                "4.1.999.Final",
                "4.2.0.RC1",
                "4.2.9.Final",
                "4.2.12.Final",
                "4.3.0.Final",
                "5.0.0.Alpha2",
                "10.0.0.Final"
            })
    void otherVersions_areRefused(String version) {
        NettyVerdict verdict = ofOne(version);
        assertThat(verdict.refusal()).contains("found " + version + " (netty-common in /lib/netty-common.jar)");
        assertThat(verdict.uringRefusal()).isEqualTo(verdict.refusal());
        assertThat(verdict.warning()).isNull();
    }

    @Test
    void vulnerabilities_areThoseOfTheVersion() {
        Map<String, List<String>> carried = Map.of(
                "4.2.13.Final", List.of("CVE-2026-45416", "CVE-2026-50010", "CVE-2026-75595", "CVE-2026-75596"),
                "4.2.14.Final", List.of("CVE-2026-45416", "CVE-2026-50010", "CVE-2026-75595", "CVE-2026-75596"),
                "4.2.15.Final", List.of("CVE-2026-75595", "CVE-2026-75596", "GHSA-p85m-gvr3-788c"),
                "4.2.16.Final", List.of("CVE-2026-75595", "CVE-2026-75596", "GHSA-p85m-gvr3-788c"),
                "4.2.17.Final", List.of("CVE-2026-100665"));
        carried.forEach((version, names) -> {
            NettyVerdict verdict = ofOne(version);
            assertThat(verdict.refusal()).isNull();
            assertThat(verdict.uringRefusal())
                    .contains("io_uring needs Netty 4.2.18.Final")
                    .contains(version);
            assertThat(verdict.warning()).contains("Netty " + version).contains(names);
        });
        assertThat(ofOne("4.2.15.Final").warning()).doesNotContain("CVE-2026-50010");
        assertThat(ofOne("4.2.17.Final").warning()).doesNotContain("CVE-2026-75595");
    }

    @Test
    void modulesOfDifferentVersions_areRefused_andAllAreNamed() {
        NettyVerdict verdict = NettyVerdict.of(
                List.of(
                        module("netty-common", "4.2.18.Final"),
                        module("netty-transport", "4.2.20.Final"),
                        module("netty-transport-native-epoll", "4.2.18.Final")),
                null);
        assertThat(verdict.refusal())
                .contains("modules of different versions: netty-common, netty-transport-native-epoll 4.2.18.Final")
                .contains("netty-transport 4.2.20.Final (in /lib/netty-transport.jar)");
    }

    @Test
    void unknownVersion_isJudgedByWhatIsThere_andNotTrustedWithIoUring() {
        for (List<NettyModule> unknown : List.of(
                List.<NettyModule>of(),
                List.of(module("netty-common", "${project.version}"), module("netty-buffer", "")))) {
            NettyVerdict whole = NettyVerdict.of(unknown, null);
            assertThat(whole.refusal()).isNull();
            assertThat(whole.uringRefusal()).contains("does not tell its version");
            assertThat(whole.warning()).isNull();
            assertThat(NettyVerdict.of(unknown, "io.netty.Something").refusal())
                    .contains("does not tell its version")
                    .contains("lacks io.netty.Something");
        }
    }

    @Test
    void versionThatLacksWhatItShouldHave_isRefused() {
        assertThat(NettyVerdict.of(List.of(module("netty-common", "4.2.18.Final")), "io.netty.Something")
                        .refusal())
                .contains("4.2.18.Final (netty-common in /lib/netty-common.jar), which lacks io.netty.Something");
    }

    @Test
    void remedy_namesTheSwitchOfEachBuildTool() {
        Stream.of(
                        "netty-bom:4.2.18.Final",
                        "<netty.version>4.2.18.Final</netty.version>",
                        "enforcedPlatform",
                        "ext[",
                        "Quarkus",
                        "Vert.x")
                .forEach(words -> assertThat(ofOne("4.1.118.Final").refusal()).contains(words));
    }

    private static NettyVerdict ofOne(String version) {
        return NettyVerdict.of(
                Stream.of("netty-common", "netty-transport", "netty-transport-native-epoll")
                        .map(artifact -> module(artifact, version))
                        .toList(),
                null);
    }

    private static NettyModule module(String artifact, String version) {
        return new NettyModule(artifact, version, "/lib/" + artifact + ".jar");
    }
}
