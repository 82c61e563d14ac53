import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Properties;
import java.util.regex.Pattern;
import org.eclipse.dataspacetck.core.system.ConsoleMonitor;
import org.eclipse.dataspacetck.dsp.system.DspSystemLauncher;
import org.eclipse.dataspacetck.runtime.TckRuntime;

/** Runs the kit: {@code java -cp ... RunKit.java config.properties pattern}. The kit's release has no main class. */
public class RunKit {
    public static void main(String[] args) throws Exception {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
            properties.load(reader);
        }
        var configuration = new HashMap<String, String>();
        properties.forEach((key, value) -> configuration.put((String) key, (String) value));
        var wanted = Pattern.compile(args[1]);

        var summary = TckRuntime.Builder.newInstance()
                .launcher(DspSystemLauncher.class)
                .properties(configuration)
                .addPackage("org.eclipse.dataspacetck.dsp.verification")
                .displayNameMatching(name -> wanted.matcher(name).lookingAt())
                .monitor(new ConsoleMonitor(false, false))
                .build()
                .execute();

        for (var failure : summary.getFailures()) {
            var words = String.valueOf(failure.getException()).replaceAll("\\s+", " ");
            System.out.printf("FAILURE\t%s\t%s%n", failure.getTestIdentifier().getDisplayName(), words);
        }
        System.out.printf("SUMMARY\t%d\t%d\t%d%n",
                summary.getTestsSucceededCount(), summary.getTestsFailedCount(), summary.getTestsSkippedCount());
        // The kit leaves threads behind.
        System.exit(0);
    }
}
