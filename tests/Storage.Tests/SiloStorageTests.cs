using CityTwin.Grains.Storing;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace CityTwin.Storage.Tests;

public sealed class SqliteSiloStorageTests(SqliteSilo fixture) : SiloStorageTests(fixture), IClassFixture<SqliteSilo>;

public sealed class PostgresSiloStorageTests(PostgresSilo fixture) : SiloStorageTests(fixture), IClassFixture<PostgresSilo>;

public abstract class SiloStorageTests(SiloFixture fixture)
{
    private static readonly Gen<IdSpan> AnyKey = Gen.OneOf(
        Gen.String[Gen.Char['a', 'z'], 1, 20].Select(text => IdSpan.Create($"s:{text}")),
        Gen.String[Gen.Char["0123456789abcdefäß€#"], 1, 40].Select(text => IdSpan.Create(text)),
        Gen.Long.Select(number => GrainIdKeyExtensions.CreateIntegerKey(number)),
        Gen.Select(Gen.Long, Gen.String[Gen.Char['a', 'z'], 1, 5], (number, text) => GrainIdKeyExtensions.CreateIntegerKey(number, text)),
        Gen.Guid.Select(guid => GrainIdKeyExtensions.CreateGuidKey(guid)),
        Gen.Select(Gen.Guid, Gen.String[Gen.Char['a', 'z'], 1, 5], (guid, text) => GrainIdKeyExtensions.CreateGuidKey(guid, text)));

    private IGrainStorage Stock => fixture.Silo.Services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Plain);

    private IGrainStorage Grouped => fixture.Silo.Services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Published);

    private IGrainFactory Grains => fixture.Silo.Services.GetRequiredService<IGrainFactory>();

    [Fact]
    public async Task Either_provider_goes_on_with_what_the_other_wrote()
    {
        var run = 0;
        await Gen.Select(AnyKey, Gen.Bool.Array[1, 6]).SampleAsync(
            async (key, turns) =>
            {
                var name = $"turns-{Interlocked.Increment(ref run)}";
                var grain = GrainId.Create(GrainType.Create("thing"), key);
                for (var turn = 0; turn < turns.Length; turn++)
                {
                    var (writer, reader) = turns[turn] ? (Grouped, Stock) : (Stock, Grouped);
                    var state = new GrainState<Count>();
                    await reader.ReadStateAsync(name, grain, state);
                    Assert.Equal(turn == 0 ? null : $"{turn}", state.ETag);
                    Assert.Equal(turn > 0, state.RecordExists);
                    state.State = new Count(turn, name);
                    await writer.WriteStateAsync(name, grain, state);
                    Assert.Equal($"{turn + 1}", state.ETag);

                    var read = new GrainState<Count>();
                    await reader.ReadStateAsync(name, grain, read);
                    Assert.Equal(new Count(turn, name), read.State);

                    var old = new GrainState<Count>(new Count(-1, "old"), turn == 0 ? null! : $"{turn}");
                    await Assert.ThrowsAsync<InconsistentStateException>(() => Stock.WriteStateAsync(name, grain, old));
                    await Assert.ThrowsAsync<InconsistentStateException>(() => Grouped.WriteStateAsync(name, grain, old));
                }
            },
            iter: 60);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cleared_state_does_not_come_back_by_an_old_write(bool grouped)
    {
        var storage = grouped ? Grouped : Stock;
        var grain = GrainId.Create("thing", $"s:cleared-{grouped}");
        var state = new GrainState<Count>(new Count(1, "kept"));
        await storage.WriteStateAsync("clearing", grain, state);
        var old = new GrainState<Count>(new Count(2, "old"), state.ETag);
        await storage.ClearStateAsync("clearing", grain, state);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("clearing", grain, old));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("clearing", grain, new GrainState<Count>(new Count(3, "new"))));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("clearing", grain, new GrainState<Count>(new Count(4, ""), old.ETag) { RecordExists = true }));
        var missing = new GrainState<Count>(new Count(5, ""), "7") { RecordExists = true };
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("clearing", GrainId.Create("thing", "s:never"), missing));
        state.State = new Count(6, "again");
        await storage.WriteStateAsync("clearing", grain, state);
        Assert.Equal("3", state.ETag);
    }

    [Fact]
    public async Task Keys_that_read_as_numbers_share_a_row_unless_they_have_a_prefix()
    {
        await Grouped.WriteStateAsync("hex", GrainId.Create("thing", "0077042"), new GrainState<Count>(new Count(1, "")));
        var other = new GrainState<Count>();
        await Stock.ReadStateAsync("hex", GrainId.Create("thing", "77042"), other);
        Assert.True(other.RecordExists);

        await Grouped.WriteStateAsync("hex", GrainId.Create("thing", "s:0077042"), new GrainState<Count>(new Count(1, "")));
        var apart = new GrainState<Count>();
        await Stock.ReadStateAsync("hex", GrainId.Create("thing", "s:77042"), apart);
        Assert.False(apart.RecordExists);
    }

    [Fact]
    public async Task A_grain_keeps_state_and_outbox_and_publishes_with_the_same_write()
    {
        var grain = Grains.GetGrain<ICountingGrain>("s:counter");
        Assert.Null((await grain.Stored()).State);
        await grain.CountUp();
        var seq = await grain.CountUp();
        var stored = await grain.Stored();
        Assert.Equal(new Count(2, "counted"), stored.State);
        Assert.Equal([1, 2], stored.Outbox.Select(tell => tell.Sequence));
        Assert.Equal(new Counted(2), stored.Outbox[1].Message);
        Assert.Equal(3, stored.NextTell);
        Assert.Empty(stored.Changes);
        Assert.Null(stored.CommittedSeq);

        var log = fixture.Silo.Services.GetRequiredService<IChangeLog>();
        var row = Assert.IsType<ChangesFollow>(await log.Read(seq!.Value - 1, 1, TestContext.Current.CancellationToken)).Rows[0];
        Assert.Equal(("count", "s:counter", 2L), (row.Kind, row.Key, row.Version));
        Assert.Equal(2, BitConverter.ToInt32(row.Published!.Value.Span));
    }

    [Fact]
    public async Task State_and_reminders_survive_a_restart()
    {
        var grain = Grains.GetGrain<ICountingGrain>("s:reminded");
        await grain.CountUp();
        await grain.Remind("first");
        await grain.Remind("second");
        await grain.Remind("second");
        await grain.Forget("first");
        await fixture.Restart();
        grain = Grains.GetGrain<ICountingGrain>("s:reminded");
        Assert.Equal(["second"], await grain.Reminders());
        Assert.Equal(1, (await grain.Stored()).State?.Value);
    }
}
