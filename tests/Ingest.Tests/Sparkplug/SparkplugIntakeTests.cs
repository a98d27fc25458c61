using System.Buffers;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Ingest.Sparkplug;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CityTwin.Ingest.Tests.Sparkplug;

/// <summary>Messages of edge nodes without any broker, by a clock of the test's own.</summary>
public sealed class SparkplugIntakeTests : IDisposable
{
    private const string Node = "Raspberry Pi";
    private const string Voltage = "supply-voltage";

    private readonly RecordingDoor _door = new([RecordingDoor.Meter with { Id = new(Voltage) }, RecordingDoor.Breaker with { Id = new("inputs-a") }]);
    private readonly FakeTimeProvider _time = new(PublishedExamples.At.AddSeconds(1));
    private readonly List<string> _asked = [];
    private readonly ServiceProvider _services;
    private readonly SparkplugIntake _intake;

    public SparkplugIntakeTests()
    {
        _services = new ServiceCollection().AddLogging().AddSingleton<ISensorDoor>(_door).AddSingleton<TimeProvider>(_time)
            .AddCityTwinIngest(new() { StoreTriesMax = 2 }).BuildServiceProvider();
        _intake = Intake(new() { Groups = [PublishedExamples.Group] });
    }

    private MalformedLog Malformed => _services.GetRequiredService<MalformedLog>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Birth_data_and_death_reach_the_sensors_in_their_order()
    {
        await Take("NBIRTH", PublishedExamples.NodeBirth);
        await Take("NDATA", PublishedExamples.DeviceBirth, Node);
        Assert.Equal([OutOfOrder(12.1f), $"{Voltage} born"], Seen());

        await Take("NBIRTH", PublishedExamples.NodeBirth);
        await Take("DBIRTH", PublishedExamples.DeviceBirth, $"{Node}/Pibrella");
        await Take("NDATA", PublishedExamples.NodeData);
        await Take("NDEATH", PublishedExamples.NodeDeath);

        Assert.Equal(
            [$"{OutOfOrder(12.1f)}", $"{Voltage} born", "inputs-a false", "inputs-a born", OutOfOrder(12.3f), "inputs-a gone", $"{Voltage} gone"],
            Seen().Skip(2));

        static string OutOfOrder(float value) => $"{Voltage} {ReadingValue.Of(value)}";
    }

    [Fact]
    public async Task Metric_that_is_no_sensor_of_the_city_is_counted_as_any_unknown_sensor_and_nameplates_are_not()
    {
        await Take("NBIRTH", PublishedExamples.NodeBirth);
        Assert.Empty(Malformed.Latest());

        await Take("DBIRTH", PublishedExamples.DeviceBirth, $"{Node}/Pibrella");
        Assert.Equal(12, Malformed.Count(MalformedReason.UnknownSensor));
        Assert.Equal("inputs-b", Malformed.Latest()[^1].Sensor);
    }

    [Fact]
    public async Task Node_is_asked_for_its_birth_and_not_again_at_once()
    {
        await Take("NDATA", PublishedExamples.NodeData);
        await Take("NDATA", PublishedExamples.NodeData);
        Assert.Equal(["spBv1.0/Sparkplug B Devices/NCMD/Raspberry Pi"], _asked);
        Assert.Equal(2, Malformed.Count(MalformedReason.OutOfStep));
        Assert.Empty(_door.Entered);

        _time.Advance(TimeSpan.FromSeconds(10));
        await Take("NDATA", PublishedExamples.NodeData);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task What_could_not_be_stored_is_asked_for_again()
    {
        await Take("NBIRTH", PublishedExamples.NodeBirth);
        _door.StoreBy(RecordingDoor.Meter with { Id = new(Voltage) }, () => Task.FromException(new IOException("disk full")));
        await Take("DBIRTH", PublishedExamples.DeviceBirth, $"{Node}/Pibrella");
        var storing = Take("NDATA", PublishedExamples.NodeData);
        _time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<IOException>(() => storing);
        Assert.Single(_asked);
        await Take("NDATA", PublishedExamples.NodeData);
        Assert.Equal(1, Malformed.Count(MalformedReason.OutOfStep));
    }

    [Fact]
    public async Task Death_that_is_stored_at_a_second_try_does_not_undo_the_birth_after_it()
    {
        await Take("NBIRTH", PublishedExamples.NodeBirth);
        var failures = 1;
        _door.StoreBy(
            RecordingDoor.Meter with { Id = new(Voltage) },
            () => Interlocked.Decrement(ref failures) >= 0 ? Task.FromException(new IOException("busy")) : Task.CompletedTask);
        var death = Take("NDEATH", PublishedExamples.NodeDeath);
        await Take("NBIRTH", PublishedExamples.NodeBirth);
        _time.Advance(TimeSpan.FromSeconds(1));
        await death;

        Assert.Equal($"{Voltage} born", Seen().Last());
    }

    [Fact]
    public async Task Node_that_does_not_answer_after_our_absence_is_taken_for_dead()
    {
        await Take("NBIRTH", PublishedExamples.NodeBirth);
        await Take("NBIRTH", PublishedExamples.NodeBirth, "Other");
        var unanswered = _intake.AskAll();
        Assert.Equal(["spBv1.0/Sparkplug B Devices/NCMD/Other", "spBv1.0/Sparkplug B Devices/NCMD/Raspberry Pi"], _asked.Order());

        await Take("NBIRTH", PublishedExamples.NodeBirth);
        var before = Seen().Count();
        await unanswered();

        Assert.Equal([$"{Voltage} gone"], Seen().Skip(before));
    }

    [Fact]
    public async Task Names_of_nodes_that_were_never_born_keep_no_node_out()
    {
        var small = Intake(new() { Groups = [PublishedExamples.Group], NodesMax = 2 });
        foreach (var invented in new[] { "a", "b", "c" })
        {
            await Take("NDATA", PublishedExamples.NodeBirth, invented, intake: small);
        }

        await Take("NBIRTH", PublishedExamples.NodeBirth, intake: small);

        Assert.Equal(0, Malformed.Count(MalformedReason.TooLarge));
        Assert.NotEmpty(Seen());
    }

    [Fact]
    public async Task What_goes_beyond_a_limit_is_refused_and_counted()
    {
        var strict = Intake(new() { Groups = [PublishedExamples.Group], NodesMax = 1, PayloadBytesMax = 420, MetricsPerNodeMax = 10 });
        await Take("NBIRTH", PublishedExamples.NodeBirth, intake: strict);
        await Take("NBIRTH", PublishedExamples.NodeBirth, "Other", intake: strict);
        await Take("DBIRTH", PublishedExamples.DeviceBirth, $"{Node}/Pibrella", intake: strict);
        await Take("NDATA", new byte[421], intake: strict);
        Assert.Equal(3, Malformed.Count(MalformedReason.TooLarge));

        await Take("NDATA", [0xff, 0xff], intake: strict);
        await Take("NBIRTH", PublishedExamples.NodeBirth, isRetained: true, intake: strict);
        Assert.Equal(2, Malformed.Count(MalformedReason.NotSparkplug));

        await strict.Take("spBv1.0/Elsewhere/NBIRTH/x", new(PublishedExamples.NodeBirth), false);
        await strict.Take("spBv1.0/STATE/host", new(PublishedExamples.NodeBirth), false);
        Assert.Equal(2, Malformed.Count(MalformedReason.UnknownTopic));
        Assert.Equal(2, Seen().Count());
    }

    [Fact]
    public void Whatever_bytes_come_are_taken_or_refused() => Gen.Select(Gen.Int[0, 5], Gen.Byte.Array[0, 60], Gen.Int[0, 400], Gen.Byte).SampleAsync(async (verb, noise, place, change) =>
    {
        string[] verbs = ["NBIRTH", "NDEATH", "NDATA", "DBIRTH", "DDEATH", "DDATA"];
        var where = verb < 3 ? Node : $"{Node}/Pibrella";
        await Take(verbs[verb], noise, where);
        var mutated = (verb < 3 ? PublishedExamples.NodeBirth : PublishedExamples.DeviceBirth).ToArray();
        mutated[place % mutated.Length] = change;
        await Take(verbs[verb], mutated, where);
    }, iter: 2000, threads: 1);

    private SparkplugIntake Intake(SparkplugOptions options) => new(options, _services.GetRequiredService<Intake>(), _time, topic =>
    {
        _asked.Add(topic);
        return Task.CompletedTask;
    });

    private Task Take(string verb, byte[] payload, string where = Node, bool isRetained = false, SparkplugIntake? intake = null) =>
        (intake ?? _intake).Take($"spBv1.0/{PublishedExamples.Group}/{verb}/{where}", new ReadOnlySequence<byte>(payload), isRetained);

    private IEnumerable<string> Seen() => _door.Stored.Select(item => item is Reading reading ? $"{reading.Sensor} {reading.Value}" : $"{item}");
}
