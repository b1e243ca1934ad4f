// Evaluates templates for compare.py with Apache Velocity 1.7: java Driver <data.json>. Lines in and out
// as velocity_render has them. What is set up so that both can be compared, and why, is in
// cases.txt.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Base64;
import java.util.Map;
import org.apache.commons.lang.StringEscapeUtils;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.app.event.EventCartridge;
import org.apache.velocity.app.event.ReferenceInsertionEventHandler;

public class Driver {
    /** What the service documents of $util, by the libraries that it names. */
    public static class Util {
        public String escapeJavaScript(String text) {
            return StringEscapeUtils.escapeJavaScript(text);
        }
        public String urlEncode(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
        public String urlDecode(String text) {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        }
        public String base64Encode(String text) {
            return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }
        public String base64Decode(String text) {
            return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        }
        public Object parseJson(String text) {
            return Json.read(text);
        }
    }

    /** Of its own: macros are the engine's. */
    static VelocityEngine engine() {
        VelocityEngine engine = new VelocityEngine();
        engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        engine.setProperty("parser.pool.size", "1");
        engine.init();
        return engine;
    }

    static String answer(String template, String data, int number) {
        VelocityContext context = new VelocityContext((Map<?, ?>) Json.read(data));
        context.put("util", new Util());
        EventCartridge events = new EventCartridge();
        events.addEventHandler(new ReferenceInsertionEventHandler() {
            @Override
            public Object referenceInsert(String reference, Object value) {
                return value == null ? "" : value;
            }
        });
        context.attachEventCartridge(events);
        StringWriter out = new StringWriter();
        try {
            engine().evaluate(context, out, "case" + number, template.strip());
        } catch (Throwable error) {
            return "refused: " + String.valueOf(error.getMessage()).replace('\n', ' ');
        }
        return Json.quote(out.toString());
    }

    public static void main(String[] arguments) throws Exception {
        String data = Files.readString(Paths.get(arguments[0]));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int number = 0;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer((String) Json.read(line), data, ++number));
        }
        out.flush();
    }
}
