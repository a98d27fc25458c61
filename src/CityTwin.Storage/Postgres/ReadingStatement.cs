using CityTwin.Core.Sensing;
using Npgsql;
using NpgsqlTypes;

namespace CityTwin.Storage.Postgres;

/// <summary>The one statement that adds the readings of a group: its columns as arrays, prepared once for a connection.</summary>
internal sealed class ReadingStatement : IDisposable
{
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<string[]> _sensor = Array<string>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<long[]> _observedAt = Array<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<long[]> _receivedAt = Array<long>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<double?[]> _number = Array<double?>(NpgsqlDbType.Double);
    private readonly NpgsqlParameter<string?[]> _word = Array<string?>(NpgsqlDbType.Text);
    private readonly NpgsqlParameter<short[]> _quality = Array<short>(NpgsqlDbType.Smallint);
    private readonly NpgsqlParameter<long?[]> _boot = Array<long?>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<long?[]> _sequence = Array<long?>(NpgsqlDbType.Bigint);
    private readonly NpgsqlParameter<bool[]> _mayBeKept = Array<bool>(NpgsqlDbType.Boolean);
    private readonly NpgsqlParameter<bool[]> _isPast = Array<bool>(NpgsqlDbType.Boolean);
    private readonly NpgsqlConnection _connection;
    private readonly StorageOptions _limits;
    private DateTime? _madeFor;

    public ReadingStatement(NpgsqlConnection connection, StorageOptions limits)
    {
        (_connection, _limits) = (connection, limits);
        _command = new("select keep_readings($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", connection);
        _command.Parameters.AddRange((NpgsqlParameter[])[_sensor, _observedAt, _receivedAt, _number, _word, _quality, _boot, _sequence, _mayBeKept, _isPast]);
        _command.Prepare();
    }

    /// <summary>Once a day, outside of any transaction: makes the tables of readings and changes for the days around <paramref name="now"/>, and drops those that are too old.</summary>
    public void MakeDays(DateTimeOffset now)
    {
        if (_madeFor == now.UtcDateTime.Date)
        {
            return;
        }

        using var command = new NpgsqlCommand("select keep_reading_days($1, $2)", _connection);
        command.Parameters.AddWithValue(now.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue((long)_limits.HistoryKeptFor.TotalMilliseconds);
        command.ExecuteNonQuery();
        _madeFor = now.UtcDateTime.Date;
    }

    /// <summary>Adds readings inside the open transaction.</summary>
    public void Keep(List<KeptReading> kept)
    {
        var rows = kept.Count;
        var (sensor, observedAt, receivedAt) = (new string[rows], new long[rows], new long[rows]);
        var (number, word, quality) = (new double?[rows], new string?[rows], new short[rows]);
        var (boot, sequence, mayBeKept, isPast) = (new long?[rows], new long?[rows], new bool[rows], new bool[rows]);
        for (var row = 0; row < rows; row++)
        {
            var reading = kept[row].Reading;
            (sensor[row], observedAt[row], receivedAt[row]) =
                (reading.Sensor.Value, reading.ObservedAt.ToUnixTimeMilliseconds(), kept[row].ReceivedAt.ToUnixTimeMilliseconds());
            (number[row], word[row], quality[row]) = (reading.Value.Number, reading.Value.Word, (short)kept[row].Condition);
            (boot[row], sequence[row], mayBeKept[row], isPast[row]) = (reading.Boot, reading.Sequence, kept[row].MayBeKept, reading.IsPast);
        }

        (_sensor.TypedValue, _observedAt.TypedValue, _receivedAt.TypedValue) = (sensor, observedAt, receivedAt);
        (_number.TypedValue, _word.TypedValue, _quality.TypedValue) = (number, word, quality);
        (_boot.TypedValue, _sequence.TypedValue, _mayBeKept.TypedValue, _isPast.TypedValue) = (boot, sequence, mayBeKept, isPast);
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();

    private static NpgsqlParameter<T[]> Array<T>(NpgsqlDbType of) => new() { NpgsqlDbType = NpgsqlDbType.Array | of };
}
