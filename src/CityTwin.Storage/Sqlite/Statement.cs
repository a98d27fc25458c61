using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CityTwin.Storage.Sqlite;

/// <summary>
/// A prepared statement of the group writer, run once per row. It binds through SQLite's own interface, because the
/// command objects of the driver cost several times what SQLite itself needs for such a row.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>SQLite keeps what is bound, so the text that is the same in row after row is handed over once.</summary>
    private readonly string?[] _texts;

    public Statement(sqlite3 database, string sql)
    {
        _database = database;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(database, sql, out _statement), database);
        _texts = new string?[raw.sqlite3_bind_parameter_count(_statement) + 1];
    }

    public Statement Bind(int place, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, place, value));
        return this;
    }

    public Statement Bind(int place, long? value)
    {
        Check(value is { } number ? raw.sqlite3_bind_int64(_statement, place, number) : raw.sqlite3_bind_null(_statement, place));
        return this;
    }

    public Statement Bind(int place, double? value)
    {
        Check(value is { } number ? raw.sqlite3_bind_double(_statement, place, number) : raw.sqlite3_bind_null(_statement, place));
        return this;
    }

    public Statement Bind(int place, string? value)
    {
        if (!ReferenceEquals(_texts[place], value))
        {
            Check(value is null ? raw.sqlite3_bind_null(_statement, place) : raw.sqlite3_bind_text(_statement, place, value));
            _texts[place] = value;
        }

        return this;
    }

    /// <summary>Binds text that is in UTF-8 already.</summary>
    public Statement BindText(int place, byte[]? value)
    {
        // An empty span would bind null.
        Check(value is null ? raw.sqlite3_bind_null(_statement, place)
            : value.Length == 0 ? raw.sqlite3_bind_text(_statement, place, "")
            : raw.sqlite3_bind_text(_statement, place, value.AsSpan()));
        return this;
    }

    public Statement Bind(int place, byte[]? value)
    {
        Check(value is null ? raw.sqlite3_bind_null(_statement, place)
            : value.Length == 0 ? raw.sqlite3_bind_zeroblob(_statement, place, 0)
            : raw.sqlite3_bind_blob(_statement, place, value));
        return this;
    }

    public Statement Bind(int place, ReadOnlyMemory<byte> value)
    {
        // An empty span would bind null.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, place, 0) : raw.sqlite3_bind_blob(_statement, place, value.Span));
        return this;
    }

    /// <summary>Runs a statement that returns nothing, and tells how many rows it changed.</summary>
    public int Run()
    {
        try
        {
            Check(raw.sqlite3_step(_statement));
            return raw.sqlite3_changes(_database);
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>Runs a statement that returns one row, and hands out its integer columns (0 for null).</summary>
    public (long First, long Second) Row()
    {
        try
        {
            Check(raw.sqlite3_step(_statement));
            return (raw.sqlite3_column_int64(_statement, 0), raw.sqlite3_column_int64(_statement, 1));
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
    }
}
