"""Why a query found nothing."""
