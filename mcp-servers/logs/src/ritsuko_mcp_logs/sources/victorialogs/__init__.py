"""VictoriaLogs as a source. https://docs.victoriametrics.com/victorialogs/querying/"""
