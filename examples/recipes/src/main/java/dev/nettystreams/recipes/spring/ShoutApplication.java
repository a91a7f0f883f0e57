package dev.nettystreams.recipes.spring;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.ConnectionHandler;
import java.util.Locale;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A Spring Boot application that serves a protocol of its own beside whatever else it does. */
@SpringBootApplication
public class ShoutApplication {
    /** One conversation; it may use other beans. */
    @Bean
    ConnectionHandler conversation() {
        return (reader, writer) -> {
            for (String line : reader.text(UTF_8).lines()) {
                writer.write(line.toUpperCase(Locale.ROOT) + "\n", UTF_8);
                await(writer.drain());
            }
        };
    }

    @Bean
    StreamServerBean streamServer(ConnectionHandler conversation, @Value("${shout.port:7009}") int port) {
        return new StreamServerBean(conversation, "127.0.0.1", port);
    }

    /** Starts the application. */
    public static void main(String[] arguments) {
        SpringApplication.run(ShoutApplication.class, arguments);
    }
}
