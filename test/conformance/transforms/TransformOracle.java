import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Applies Kafka Connect's own transforms to records that a file describes, and prints what they make of them. Keys, values and
 * headers are JsonConverter's envelopes, in and out. Cases with `text` are headers instead: SimpleHeaderConverter reads the text,
 * and writes again what it has read.
 */
public class TransformOracle {
    static final ObjectMapper MAPPER = new ObjectMapper();
    static final JsonConverter CONVERTER = new JsonConverter();

    public static void main(String[] args) throws Exception {
        CONVERTER.configure(Map.of("schemas.enable", "true", "replace.null.with.default", "false"), false);
        ArrayNode answers = MAPPER.createArrayNode();
        for (JsonNode test : MAPPER.readTree(new File(args[0]))) {
            ObjectNode answer = answers.addObject();
            try {
                if (test.has("text")) header(test.get("text").asText(), answer);
                else transform(test, answer);
            } catch (Throwable error) {
                answer.removeAll();
                answer.put("error", error.getClass().getSimpleName() + ": " + error.getMessage());
            }
        }
        System.out.println(MAPPER.writeValueAsString(answers));
    }

    static void header(String text, ObjectNode answer) throws Exception {
        try (SimpleHeaderConverter converter = new SimpleHeaderConverter()) {
            SchemaAndValue read = converter.toConnectHeader("t", "h", text.getBytes("UTF-8"));
            answer.set("read", written(read.schema(), read.value()));
            byte[] bytes = converter.fromConnectHeader("t", "h", read.schema(), read.value());
            answer.put("written", bytes == null ? null : new String(bytes, "UTF-8"));
        }
    }

    static void transform(JsonNode test, ObjectNode answer) throws Exception {
        Map<String, String> config = new HashMap<>();
        test.get("config").properties().forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
        try (var made = (Transformation<?>) Class.forName(test.get("class").asText()).getDeclaredConstructor().newInstance()) {
            made.configure(config);
            ConnectRecord<?> out = apply(made, record(test));
            if (out == null) {
                answer.putNull("record");
                return;
            }
            ObjectNode record = answer.putObject("record");
            record.put("topic", out.topic());
            record.put("partition", out.kafkaPartition());
            record.put("timestamp", out.timestamp());
            record.set("key", written(out.keySchema(), out.key()));
            record.set("value", written(out.valueSchema(), out.value()));
            ArrayNode headers = record.putArray("headers");
            for (Header header : out.headers()) {
                headers.addObject().put("key", header.key()).set("value", written(header.schema(), header.value()));
            }
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    static ConnectRecord<?> apply(Transformation made, ConnectRecord<?> record) {
        return made.apply(record);
    }

    static ConnectRecord<?> record(JsonNode test) throws Exception {
        SchemaAndValue key = read(test.get("key"));
        SchemaAndValue value = read(test.get("value"));
        ConnectHeaders headers = new ConnectHeaders();
        for (JsonNode header : test.path("headers")) {
            SchemaAndValue read = read(header.get("value"));
            headers.add(header.get("key").asText(), read.value(), read.schema());
        }
        Long timestamp = test.get("timestamp").isNull() ? null : test.get("timestamp").asLong();
        if (test.path("source").asBoolean()) {
            return new SourceRecord(Map.of(), Map.of(), "orders", null, key.schema(), key.value(), value.schema(), value.value(), timestamp, headers);
        }
        return new SinkRecord("orders", 2, key.schema(), key.value(), value.schema(), value.value(), 7, timestamp, TimestampType.CREATE_TIME, headers);
    }

    static SchemaAndValue read(JsonNode envelope) throws Exception {
        if (envelope == null || envelope.isNull()) return new SchemaAndValue(null, null);
        return CONVERTER.toConnectData("t", MAPPER.writeValueAsBytes(envelope));
    }

    static JsonNode written(org.apache.kafka.connect.data.Schema schema, Object value) throws Exception {
        byte[] bytes = CONVERTER.fromConnectData("t", schema, value);
        return bytes == null ? MAPPER.nullNode() : MAPPER.readTree(bytes);
    }
}
