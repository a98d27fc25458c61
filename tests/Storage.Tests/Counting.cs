using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Storage.Tests;

/// <summary>A grain's state, to be stored.</summary>
[GenerateSerializer, Alias("test-count"), Immutable]
public sealed record Count(int Value, string Note);

/// <summary>Something to tell.</summary>
[GenerateSerializer, Alias("test-counted"), Immutable]
public sealed record Counted(int Value);

/// <summary>A grain that counts, publishes its count and has a reminder.</summary>
[Alias("test-counting")]
public interface ICountingGrain : IGrainWithStringKey
{
    [Alias("count")]
    Task<long?> CountUp();

    [Alias("stored")]
    Task<Stored<Count>> Stored();

    [Alias("remind")]
    Task Remind(string name);

    [Alias("reminders")]
    Task<string[]> Reminders();

    [Alias("forget")]
    Task Forget(string name);
}

internal sealed class CountingGrain([PersistentState("counting", StorageNames.Published)] IPersistentState<Stored<Count>> count)
    : Grain, ICountingGrain, IRemindable
{
    public async Task<long?> CountUp()
    {
        var before = count.State;
        var value = (before.State?.Value ?? 0) + 1;
        count.State = before with
        {
            State = new Count(value, "counted"),
            Outbox = before.Outbox.Add(new Tell(before.NextTell, "g:listener", new Counted(value))),
            NextTell = before.NextTell + 1,
            Changes = [new PublishedChange("count", this.GetPrimaryKeyString(), BitConverter.GetBytes(value))],
        };
        await count.WriteStateAsync();
        return count.State.CommittedSeq;
    }

    public async Task<Stored<Count>> Stored()
    {
        await count.ReadStateAsync();
        return count.State;
    }

    public Task Remind(string name) => this.RegisterOrUpdateReminder(name, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5));

    public async Task<string[]> Reminders() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName).Order()];

    public async Task Forget(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;
}
